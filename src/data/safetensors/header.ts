import { isUtf8 } from 'node:buffer';
import { sizeOf } from '../../compute/values.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { brief } from '../../problem/quote.ts';
import { damagedFile } from '../files/input-file.ts';
import { type Dtype, itemBytes, type Region, type TensorInfo } from '../files/tensor.ts';
import { looseness } from './strict-json.ts';

/** The header's length as a little-endian 64-bit integer precedes it. */
export const lengthBytes = 8;
/** The format's own limit on the header. */
const mostHeaderBytes = 100_000_000;

/** The contents of the head of a safetensors file. Specification: huggingface/safetensors, README, "Format". */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** The position of each tensor, by name, in file order. */
  readonly regions: ReadonlyMap<string, Region>;
}

/** Checks the length at the start of a file. @param fileBytes size of the whole file. */
export function checkHeaderLength(path: string, length: bigint, fileBytes: number): number {
  const most = Math.min(mostHeaderBytes, fileBytes - lengthBytes);
  if (length > BigInt(most)) {
    throw damagedFile(
      path,
      `is not a safetensors file: it announces a header of ${length} bytes, but at most ${most} are possible`,
    );
  }
  return Number(length);
}

/**
 * Reads a header and checks every statement in it, as strictly as the format's own reader. @param bytes the JSON. @param dataStart where
 * the tensors begin, in bytes.
 */
export function parseHeader(path: string, bytes: Uint8Array, dataStart: number, fileBytes: number): Header {
  const text = decode(path, bytes);
  const json = parseJson(path, text);
  if (!isJsonObject(json)) throw damagedFile(path, 'has a safetensors header that is not a JSON object');
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isStringRecord(metadata)) throw damagedFile(path, 'has __metadata__ that does not map text to text');
  const entries = Object.entries(tensors).map(([name, entry]) => parseEntry(path, name, entry));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin < end) throw damagedFile(path, `has a tensor ${brief(entry.name)} that overlaps the one before it`);
    if (entry.begin > end)
      throw damagedFile(path, `has ${entry.begin - end} unused bytes before tensor ${brief(entry.name)}`);
    end = entry.end;
  }
  if (dataStart + end !== fileBytes) {
    const state = fileBytes < dataStart + end ? 'is truncated' : 'has bytes after its last tensor';
    throw damagedFile(path, `${state}: its header describes ${dataStart + end} bytes, it has ${fileBytes}`);
  }
  const loose = text.startsWith('{') ? looseness(text) : 'does not begin with {';
  if (loose !== undefined) throw damagedFile(path, `has a safetensors header that ${loose}`);
  const regions = entries.map(({ name, begin, dtype, shape }) => [name, { dtype, shape, offset: dataStart + begin }]);
  return { metadata, regions: new Map(regions as [string, Region][]) };
}

/**
 * Lays out tensors and writes the header: largest values first so that all are aligned, then by name. The same tensors and metadata give
 * the same bytes. @returns the file's first bytes, and the position of each tensor.
 */
export function layOutTensors(
  tensors: ReadonlyMap<string, TensorInfo>,
  metadata: Readonly<Record<string, string>>,
): { readonly bytes: Uint8Array; readonly regions: ReadonlyMap<string, Region> } {
  const sorted = [...tensors].sort(
    ([a, { dtype: dtypeA }], [b, { dtype: dtypeB }]) => itemBytes[dtypeB] - itemBytes[dtypeA] || compareText(a, b),
  );
  let end = 0;
  const placed = sorted.map(([name, { dtype, shape }]) => {
    const begin = end;
    end += sizeOf(shape) * itemBytes[dtype];
    return { name, dtype, shape, begin, end };
  });
  const sortedMetadata = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compareText(a, b)));
  const entries = placed.map(({ name, dtype, shape, ...at }) => [
    name,
    { dtype, shape, data_offsets: [at.begin, at.end] },
  ]);
  const json = JSON.stringify({
    ...(Object.keys(metadata).length > 0 && { __metadata__: sortedMetadata }),
    ...Object.fromEntries(entries),
  });
  const text = Buffer.from(json);
  const bytes = Buffer.alloc(lengthBytes + Math.ceil(text.length / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - lengthBytes));
  text.copy(bytes, lengthBytes);
  const regions = placed.map(({ name, dtype, shape, begin }): [string, Region] => [
    name,
    { dtype, shape, offset: bytes.length + begin },
  ]);
  return { bytes, regions: new Map(regions) };
}

interface TensorEntry extends TensorInfo {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function parseEntry(path: string, written: string, entry: Json | undefined): TensorEntry {
  const name = brief(written);
  if (!isJsonObject(entry)) throw damagedFile(path, `does not describe tensor ${name} with a JSON object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) {
    const known = Object.keys(itemBytes).join(', ');
    throw damagedFile(path, `has a tensor ${name} of dtype ${jsonOf(dtype)}; known are ${known}`);
  }
  if (!isSizes(shape)) throw damagedFile(path, `has a tensor ${name} of shape ${jsonOf(shape)}`);
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined) {
    throw damagedFile(path, `has a tensor ${name} with data_offsets ${jsonOf(offsets)}`);
  }
  if (overflows(shape, itemBytes[dtype])) throw damagedFile(path, `has a tensor ${name} of shape ${jsonOf(shape)}`);
  const bytes = sizeOf(shape) * itemBytes[dtype];
  if (end - begin !== bytes) {
    const kind = `${dtype} [${brief(shape.join(', '))}]`;
    throw damagedFile(path, `gives tensor ${name} ${end - begin} bytes, but ${kind} takes ${bytes}`);
  }
  return { name: written, dtype, shape, begin, end };
}

function decode(path: string, bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw damagedFile(path, 'has a safetensors header that is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function parseJson(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw damagedFile(path, 'has a safetensors header that is not JSON');
  }
}

/** Whether the size of a tensor, or an intermediate product, is beyond 64 bits; a later 0 does not help. */
function overflows(shape: readonly number[], bytes: number): boolean {
  let bits = 1n;
  for (const factor of [...shape, 8 * bytes]) {
    bits *= BigInt(factor);
    if (bits >= 2n ** 64n) return true;
  }
  return false;
}

function jsonOf(value: Json | undefined): string {
  return brief(String(JSON.stringify(value)));
}

function isDtype(value: Json | undefined): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(itemBytes, value);
}

function isSizes(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
}

function isStringRecord(value: Json): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

/** By UTF-16 code unit, independent of the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
