import { isJsonObject, type Json } from '../../json/json.ts';
import { damagedFile } from '../files/input-file.ts';
import { type Dtype, itemBytes, type Region, sizeOf, type TensorInfo } from '../files/tensor.ts';

/** The header's length as a little-endian 64-bit integer precedes it. */
export const lengthBytes = 8;
/** The format's own limit on the header. */
const mostHeaderBytes = 100_000_000;

/** What the head of a safetensors file says. Specification: huggingface/safetensors, README, "Format". */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** Where each tensor lies, by name, in file order. */
  readonly regions: ReadonlyMap<string, Region>;
}

/** Checks the length that a file begins with. @param fileBytes size of the whole file. */
export function checkHeaderLength(path: string, length: bigint, fileBytes: number): number {
  const most = Math.min(mostHeaderBytes, fileBytes - lengthBytes);
  if (length > BigInt(most)) {
    throw damagedFile(
      path,
      `is not a safetensors file: it announces a header of ${length} bytes, at most ${most} can be`,
    );
  }
  return Number(length);
}

/** Reads a header and checks every statement in it. @param text the JSON. @param dataStart where the tensors begin, in bytes. */
export function parseHeader(path: string, text: string, dataStart: number, fileBytes: number): Header {
  const json = parseJson(path, text);
  if (!isJsonObject(json)) throw damagedFile(path, 'has a safetensors header that is not a JSON object');
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isStringRecord(metadata)) throw damagedFile(path, 'has __metadata__ that does not map text to text');
  const entries = Object.entries(tensors).map(([name, entry]) => parseEntry(path, name, entry));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin < end) throw damagedFile(path, `has a tensor ${entry.name} that overlaps the one before it`);
    if (entry.begin > end) throw damagedFile(path, `has ${entry.begin - end} unused bytes before tensor ${entry.name}`);
    end = entry.end;
  }
  if (dataStart + end !== fileBytes) {
    const state = fileBytes < dataStart + end ? 'is truncated' : 'has bytes after its last tensor';
    throw damagedFile(path, `${state}: its header describes ${dataStart + end} bytes, it has ${fileBytes}`);
  }
  const regions = entries.map(({ name, begin, dtype, shape }) => [name, { dtype, shape, offset: dataStart + begin }]);
  return { metadata, regions: new Map(regions as [string, Region][]) };
}

/**
 * Lays tensors out and writes the header: largest values first so that all are aligned, then by name.
 * The same tensors and metadata give the same bytes. @returns the file's first bytes, and where each tensor goes.
 */
export function layOut(
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

interface Entry extends TensorInfo {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function parseEntry(path: string, name: string, entry: Json | undefined): Entry {
  if (!isJsonObject(entry)) throw damagedFile(path, `does not describe tensor ${name} with a JSON object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) {
    const known = Object.keys(itemBytes).join(', ');
    throw damagedFile(path, `has a tensor ${name} of dtype ${JSON.stringify(dtype)}; known are ${known}`);
  }
  if (!isSizes(shape)) throw damagedFile(path, `has a tensor ${name} of shape ${JSON.stringify(shape)}`);
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined) {
    throw damagedFile(path, `has a tensor ${name} with data_offsets ${JSON.stringify(offsets)}`);
  }
  const bytes = sizeOf(shape) * itemBytes[dtype];
  if (end - begin !== bytes) {
    const kind = `${dtype} [${shape.join(', ')}]`;
    throw damagedFile(path, `gives tensor ${name} ${end - begin} bytes, but ${kind} takes ${bytes}`);
  }
  return { name, dtype, shape, begin, end };
}

function parseJson(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw damagedFile(path, 'has a safetensors header that is not JSON');
  }
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

/** By UTF-16 code unit, never by locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
