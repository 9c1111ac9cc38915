import type { InputFile } from './input-file.ts';
import { allocate, type Dtype, itemBytes, type Region, rowsOf, type ValuesOf } from './tensor.ts';

/** A range of rows (default: all of them). */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Reads rows of a tensor in a file, and no other bytes.
 * @param into where to put them, e.g. shared memory (default: a new array).
 * @throws RangeError if the rows do not exist or `into` has another size.
 */
export async function readRows<D extends Dtype>(
  file: InputFile,
  region: Region & { readonly dtype: D },
  range: RowRange = { first: 0, count: rowsOf(region.shape).count },
  into?: ValuesOf[D],
): Promise<ValuesOf[D]> {
  const { first, count } = range;
  const rows = rowsOf(region.shape);
  if (first < 0 || count < 0 || first + count > rows.count) {
    throw new RangeError(`${file.path} has no rows ${first} to ${first + count - 1}: there are ${rows.count}`);
  }
  const values = into ?? allocate(region.dtype, count * rows.length);
  if (values.length !== count * rows.length) {
    throw new RangeError(`${count} rows of ${rows.length} values do not fill an array of ${values.length}`);
  }
  await file.read(values, region.offset + first * rows.length * itemBytes[region.dtype]);
  return values;
}
