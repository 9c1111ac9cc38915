import { damagedFile, openInput } from '../files/input-file.ts';
import { type RowRange, readRows } from '../files/row-reader.ts';
import type { Dtype, Region, Tensor, TensorInfo, ValuesOf } from '../files/tensor.ts';
import { dictionaryExtent, fewestBytes, parseDictionary } from './header.ts';

/** An .npy file whose header was read and checked; values are read on demand. */
export interface NpyFile extends TensorInfo {
  /**
   * Reads the array, or a range of its rows (along the first axis), and no other bytes.
   * @param into where to put the values, e.g. shared memory (default: a new array).
   * @throws EnvironmentError if the file has another dtype.
   */
  read<D extends Dtype>(dtype: D, rows?: RowRange, into?: ValuesOf[D]): Promise<ValuesOf[D]>;
  close(): Promise<void>;
}

/** Opens an .npy file of format 1, 2 or 3, C order. @throws EnvironmentError with one sentence on what is wrong with it. */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await openInput(path);
  try {
    if (file.bytes < fewestBytes) throw damagedFile(path, `is not an .npy file: it has ${file.bytes} bytes`);
    const head = Buffer.alloc(fewestBytes);
    await file.read(head, 0);
    const { start, length } = dictionaryExtent(path, head, file.bytes);
    const text = Buffer.alloc(length);
    await file.read(text, start);
    const region = parseDictionary(path, text.toString(), start + length, file.bytes);
    return {
      dtype: region.dtype,
      shape: region.shape,
      async read<D extends Dtype>(dtype: D, rows?: RowRange, into?: ValuesOf[D]) {
        if (region.dtype !== dtype) throw damagedFile(path, `contains values of ${region.dtype}, not of ${dtype}`);
        return readRows(file, region as Region & { readonly dtype: D }, rows, into);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a whole .npy file. @throws EnvironmentError with one sentence on what is wrong with it. */
export async function readNpy(path: string): Promise<Tensor> {
  const file = await openNpy(path);
  try {
    return { shape: file.shape, values: await file.read(file.dtype) };
  } finally {
    await file.close();
  }
}
