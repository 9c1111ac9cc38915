import type * as tfjs from '@tensorflow/tfjs-core';

/** Replaces a kernel of the WebAssembly backend. The original is still set up, because it may be called. */
export function replaceKernel(tf: typeof tfjs, kernelName: string, kernelFunc: tfjs.KernelFunc): void {
  const original = tf.getKernel(kernelName, 'wasm') as tfjs.KernelConfig | undefined;
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...original, kernelName, backendName: 'wasm', kernelFunc });
}
