import type * as tfjs from '@tensorflow/tfjs-core';

/** Puts a kernel of the WebAssembly backend in the place of the one it has, which is set up as before: it may still be called. */
export function replaceKernel(tf: typeof tfjs, kernelName: string, kernelFunc: tfjs.KernelFunc): void {
  const original = tf.getKernel(kernelName, 'wasm') as tfjs.KernelConfig | undefined;
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...original, kernelName, backendName: 'wasm', kernelFunc });
}
