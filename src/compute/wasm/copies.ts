import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** Registers tensor copies without copying data, and slices as copies of contiguous blocks, not of single values. */
export function registerCheapCopies(tf: typeof tfjs): void {
  replaceKernel(tf, 'Identity', ({ inputs, backend }) => shared(inputs['x'] as TensorInfo, backend as Counting));

  const cast = kernelFunction(tf, 'Cast');
  replaceKernel(tf, 'Cast', (call) => {
    const x = call.inputs['x'] as TensorInfo;
    return x.dtype === call.attrs?.['dtype'] ? shared(x, call.backend as Counting) : cast(call);
  });

  const slice = kernelFunction(tf, 'Slice');
  replaceKernel(tf, 'Slice', (call) => {
    const x = call.inputs['x'] as Tensor;
    const { begin, size } = call.attrs as unknown as { begin: number[]; size: number[] };
    const [start, extent] = tf.slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
    const copies = x.dtype === 'float32' || x.dtype === 'int32' || x.dtype === 'bool';
    const piece = copies ? contiguous(x.shape, extent) : { axes: 0, values: 0 };
    return piece.values >= leastCopied ? copyPieces(tf, x, { start, extent, piece }, call.backend) : slice(call);
  });
}

/** From this many values on, copying a block is faster than the backend's loop over them. */
const leastCopied = 16;

/** The contiguous part of a slice: its values, and how many axes count the blocks. */
interface Piece {
  readonly axes: number;
  readonly values: number;
}

function contiguous(shape: readonly number[], extent: readonly number[]): Piece {
  let axes = Math.max(shape.length - 1, 0);
  while (axes > 0 && extent[axes] === shape[axes]) axes -= 1;
  return { axes, values: extent.slice(axes).reduce((product, side) => product * side, 1) };
}

function copyPieces(
  tf: typeof tfjs,
  x: Tensor,
  { start, extent, piece }: { readonly start: number[]; readonly extent: number[]; readonly piece: Piece },
  backend: unknown,
): TensorInfo {
  const memory = backend as Memory;
  const output = memory.makeOutput(extent, x.dtype);
  // Read only now: the previous allocation may have moved the module's memory.
  const [from, to] = [memory.typedArrayFromHeap(x), memory.typedArrayFromHeap(output)];
  const strides = [...tf.util.computeStrides(x.shape), 1];
  const first = start.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);
  for (let place = 0; place < to.length; place += piece.values) {
    let [offset, pieces] = [first, place / piece.values];
    for (let axis = piece.axes - 1; axis >= 0; axis -= 1) {
      offset += (pieces % extent[axis]!) * strides[axis]!;
      pieces = Math.floor(pieces / extent[axis]!);
    }
    to.set(from.subarray(offset, offset + piece.values), place);
  }
  return output;
}

/** The backend's view of the module's memory. */
interface Memory {
  makeOutput(shape: readonly number[], dtype: string): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** A backend that counts references to a tensor's data. */
interface Counting {
  incRef(dataId: object): void;
}

function shared(x: TensorInfo, backend: Counting): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, dtype: x.dtype, shape: x.shape };
}

function kernelFunction(tf: typeof tfjs, name: string): KernelConfig['kernelFunc'] {
  return tf.getKernel(name, 'wasm').kernelFunc;
}
