import { closeSync, constants, openSync, writeFileSync } from 'node:fs';

/** A field of an event's summary, under its tag. */
export type Value =
  | { readonly kind: 'scalar'; readonly tag: string; readonly number: number }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }
  | { readonly kind: 'image'; readonly tag: string; readonly png: Buffer };

/** The measurements of one step. */
export interface StepValues {
  readonly step: number;
  readonly values: readonly Value[];
}

/** A symlink in the place of a file is not followed, where the system can tell. */
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Which TensorBoard plugin shows a value. */
const plugins = { scalar: 'scalars', text: 'text', image: 'images' } as const;

/**
 * A growing TensorBoard event file. Each event is written as one whole record: readers may follow, and a killed process loses nothing that
 * was written before. Fields and numbers are those of TensorFlow's `event.proto` and `summary.proto`.
 */
export class EventFile {
  readonly #path: string;
  readonly #tags = new Set<string>();
  #descriptor: number | undefined;
  #began = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends an event for each of these steps. @param seconds since the Unix epoch. */
  add(seconds: number, points: readonly StepValues[]): void {
    const events = points.map(({ step, values }) => {
      const summary = values.map((value) => {
        const isFirst = !this.#tags.has(value.tag);
        this.#tags.add(value.tag);
        return message(1, summaryValue(value, isFirst));
      });
      return [stepField(step), message(5, summary)];
    });
    this.#append(seconds, events);
  }

  /** Marks a restart at this step: what was written for it and later steps no longer counts. */
  restart(seconds: number, step: number): void {
    this.#append(seconds, [[stepField(step), message(7, [varintField(1, 1n)])]]);
  }

  /** Closes the file; a later event opens it again. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #append(seconds: number, events: readonly (readonly Buffer[])[]): void {
    this.#descriptor ??= openSync(this.#path, appending);
    const all = this.#began ? events : [[message(3, 'brain.Event:2')], ...events];
    this.#began = true;
    const time = doubleField(1, seconds);
    writeFileSync(this.#descriptor, Buffer.concat(all.map((event) => record(Buffer.concat([time, ...event])))));
  }
}

/** Only the first value of a tag has plugin data, as in TensorFlow's own writers. */
function summaryValue(value: Value, isFirst: boolean): readonly Buffer[] {
  const metadata = isFirst ? [message(9, [message(1, [message(1, plugins[value.kind])])])] : [];
  return [message(1, value.tag), content(value), ...metadata];
}

function content(value: Value): Buffer {
  switch (value.kind) {
    case 'scalar':
      return floatField(2, value.number);
    case 'text':
      return strings([Buffer.from(value.text)]);
    case 'image': {
      const { width, height } = pngSize(value.png) ?? { width: 0, height: 0 };
      return strings([Buffer.from(String(width)), Buffer.from(String(height)), value.png]);
    }
  }
}

/** A tensor of strings: a scalar for one string, otherwise a vector. */
function strings(items: readonly Buffer[]): Buffer {
  const dimensions = items.length === 1 ? [] : [message(2, [varintField(1, BigInt(items.length))])];
  const type = varintField(1, 7n);
  return message(8, [type, message(2, dimensions), ...items.map((item) => message(8, [item]))]);
}

const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The size of a PNG in pixels; undefined if the bytes are not a PNG. */
export function pngSize(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(pngStart)) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** TensorBoard counts steps in whole numbers. As in protobuf, step 0 is not written. */
function stepField(step: number): Buffer {
  const whole = Number.isFinite(step) ? Math.round(step) : 0;
  return whole === 0 ? Buffer.alloc(0) : varintField(2, BigInt.asUintN(64, BigInt(whole)));
}

/** Length, its checksum, data, their checksum. */
function record(data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 16);
  whole.writeBigUInt64LE(BigInt(data.length));
  whole.writeUInt32LE(maskedChecksum(whole.subarray(0, 8)), 8);
  data.copy(whole, 12);
  whole.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return whole;
}

/** CRC-32C, by its reversed polynomial. */
const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum;
});

/** As TensorFlow masks it, because a checksum of data that contain checksums is weak. */
function maskedChecksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = checksums[(sum ^ byte) & 255]! ^ (sum >>> 8);
  sum = ~sum >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

function message(field: number, content: string | readonly Buffer[]): Buffer {
  const body = typeof content === 'string' ? Buffer.from(content) : Buffer.concat(content);
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(body.length)), body]);
}

function varintField(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(field * 8)), varint(value)]);
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(field * 8 + 1);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(field * 8 + 5);
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
