import { sizeOf } from '../../compute/values.ts';
import { createRowFile, type RowWriter } from '../files/row-writer.ts';
import { dtypeOf, type Tensor, type TensorInfo } from '../files/tensor.ts';
import { layOutTensors } from './header.ts';

/**
 * Creates a safetensors file to be filled by ranges of rows. The same tensors and metadata give the same bytes, in any order of names or
 * writes.
 */
export async function createSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<RowWriter> {
  const { bytes, regions } = layOutTensors(tensors, metadata);
  return createRowFile(path, bytes, regions);
}

/** Writes tensors to a safetensors file. @throws RangeError if a shape does not fit its values. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const infos = [...tensors].map(([name, { shape, values }]): [string, TensorInfo] => {
    if (sizeOf(shape) !== values.length) {
      throw new RangeError(`${name} has ${values.length} values, not those of [${shape.join(', ')}]`);
    }
    return [name, { dtype: dtypeOf(values), shape }];
  });
  const writer = await createSafetensors(path, new Map(infos), metadata);
  try {
    for (const [name, { values }] of tensors) await writer.writeRows(name, 0, values);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.finish();
}
