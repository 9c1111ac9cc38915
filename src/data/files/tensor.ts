import { sizeOf } from '../../compute/values.ts';
/** The array type for values of each dtype. F16 are bits (float16.ts); I64 are labels and similar values of other programs. */
export interface ValuesOf {
  readonly F32: Float32Array;
  readonly F16: Uint16Array;
  readonly U8: Uint8Array;
  readonly I32: Int32Array;
  readonly I64: BigInt64Array;
}

/** The number types in files, by their safetensors names. */
export type Dtype = keyof ValuesOf;

/** The properties of a tensor without its values. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** The position of a tensor in a file. */
export interface Region extends TensorInfo {
  /** The offset of its first value, in bytes from the start of the file. */
  readonly offset: number;
}

/** A tensor in memory, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: ValuesOf[Dtype];
}

/** Bytes of one value. */
export const itemBytes: Readonly<Record<Dtype, number>> = { F32: 4, F16: 2, U8: 1, I32: 4, I64: 8 };

const constructors = { F32: Float32Array, F16: Uint16Array, U8: Uint8Array, I32: Int32Array, I64: BigInt64Array };

/** An array of zeros. @param length in values. */
export function allocate<D extends Dtype>(dtype: D, length: number): ValuesOf[D] {
  return new constructors[dtype](length) as unknown as ValuesOf[D];
}

/** The dtype of an array's values. */
export function dtypeOf(values: ValuesOf[Dtype]): Dtype {
  if (values instanceof Float32Array) return 'F32';
  if (values instanceof Uint16Array) return 'F16';
  if (values instanceof Uint8Array) return 'U8';
  return values instanceof Int32Array ? 'I32' : 'I64';
}

/** Rows are along the first axis; a scalar is one row of one value. */
export function rowsOf(shape: readonly number[]): { readonly count: number; readonly length: number } {
  return { count: shape[0] ?? 1, length: sizeOf(shape.slice(1)) };
}
