import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** Registers copies of nothing as what they are, and slices that take whole rows as copies of rows, not of pixels. */
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
    let kept = x.rank;
    while (kept > 1 && extent[kept - 1] === x.shape[kept - 1]) kept -= 1;
    const row = x.shape.slice(kept).reduce((product, side) => product * side, 1);
    if (kept === x.rank || row === 0) return slice(call);
    const merged = (shape: readonly number[]) => [...shape.slice(0, kept - 1), (shape[kept - 1] ?? 1) * row];
    const rows = slice({
      ...call,
      inputs: { x: { dataId: x.dataId, dtype: x.dtype, shape: merged(x.shape) } },
      attrs: { begin: merged(start), size: merged(extent) },
    }) as TensorInfo;
    return { ...rows, shape: extent };
  });
}

/** A backend that counts who uses a tensor's data. */
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
