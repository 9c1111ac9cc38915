import { sizeOf } from '../../compute/values.ts';
import { createRowFile } from '../files/row-writer.ts';
import { type Dtype, dtypeOf, type Tensor, type TensorInfo, type ValuesOf } from '../files/tensor.ts';
import { npyHead } from './header.ts';

/** An .npy file that is filled by ranges of rows, in any order. Ended by exactly one call of finish or abandon. */
export interface NpyWriter {
  /** Writes whole rows (along the first axis). @param first index of the first of them. */
  writeRows(first: number, values: ValuesOf[Dtype]): Promise<void>;
  /** Closes the file. @throws Error if a row was never written, because it would read as zeros. */
  finish(): Promise<void>;
  /** Closes the file without checks. */
  abandon(): Promise<void>;
}

/** Creates an .npy file to be filled by ranges of rows. */
export async function createNpy(path: string, array: TensorInfo): Promise<NpyWriter> {
  const head = npyHead(array);
  const writer = await createRowFile(path, head, new Map([['array', { ...array, offset: head.length }]]));
  return {
    writeRows: (first, values) => writer.writeRows('array', first, values),
    finish: () => writer.finish(),
    abandon: () => writer.abandon(),
  };
}

/** Writes an array to an .npy file. @throws RangeError if the shape does not fit the values. */
export async function writeNpy(path: string, { shape, values }: Tensor): Promise<void> {
  if (sizeOf(shape) !== values.length) {
    throw new RangeError(`there are ${values.length} values, not those of [${shape.join(', ')}]`);
  }
  const writer = await createNpy(path, { dtype: dtypeOf(values), shape });
  try {
    await writer.writeRows(0, values);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.finish();
}
