import { brief } from '../../problem/quote.ts';
import { damagedFile, openInput } from '../files/input-file.ts';
import { type RowRange, readRows } from '../files/row-reader.ts';
import type { Dtype, Region, Tensor, TensorInfo, ValuesOf } from '../files/tensor.ts';
import { checkHeaderLength, lengthBytes, parseHeader } from './header.ts';

/** A safetensors file whose header was read and checked; values are read on demand. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** The properties of each tensor, by name, in file order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * Reads a tensor, or a range of its rows (along the first axis), and no other bytes.
   * @param into where to put the values, e.g. shared memory (default: a new array).
   * @throws EnvironmentError if the file has no such tensor of that dtype.
   */
  read<D extends Dtype>(name: string, dtype: D, rows?: RowRange, into?: ValuesOf[D]): Promise<ValuesOf[D]>;
  close(): Promise<void>;
}

/** Opens a safetensors file. @throws EnvironmentError with one sentence on what is wrong with it. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openInput(path);
  try {
    if (file.bytes < lengthBytes) throw damagedFile(path, `is not a safetensors file: it has ${file.bytes} bytes`);
    const lengthField = Buffer.alloc(lengthBytes);
    await file.read(lengthField, 0);
    const text = Buffer.alloc(checkHeaderLength(path, lengthField.readBigUInt64LE(), file.bytes));
    await file.read(text, lengthBytes);
    const { metadata, regions } = parseHeader(path, text, lengthBytes + text.length, file.bytes);
    return {
      metadata,
      tensors: regions,
      read: async (name, dtype, rows, into) => readRows(file, regionOf(path, regions, name, dtype), rows, into),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a whole safetensors file. @throws EnvironmentError with one sentence on what is wrong with it. */
export async function readSafetensors(
  path: string,
): Promise<{ readonly tensors: Map<string, Tensor>; readonly metadata: Readonly<Record<string, string>> }> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape }] of file.tensors) {
      tensors.set(name, { shape, values: await file.read(name, dtype) });
    }
    return { tensors, metadata: file.metadata };
  } finally {
    await file.close();
  }
}

function regionOf<D extends Dtype>(
  path: string,
  regions: ReadonlyMap<string, Region>,
  name: string,
  dtype: D,
): Region & { readonly dtype: D } {
  const region = regions.get(name);
  if (!region)
    throw damagedFile(
      path,
      `has no tensor ${brief(name)}; it has ${brief([...regions.keys()].join(', '), 400) || 'none'}`,
    );
  if (region.dtype !== dtype) throw damagedFile(path, `has a tensor ${name} of ${region.dtype}, not of ${dtype}`);
  return region as Region & { readonly dtype: D };
}
