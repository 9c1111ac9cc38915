import type { Backend } from '../backend.ts';
import { interpretProgram } from '../graph/interpret.ts';
import { cpuName } from '../setup/platform.ts';
import { registerConvolutionGradients } from './convolution-gradients.ts';
import { registerCheapCopies } from './copies.ts';
import { wasmKernels } from './kernels.ts';
import { loadWasm } from './load.ts';
import { registerChannelSum } from './sum.ts';

/** Threads that the compiled module keeps ready; no more can be started while an operation runs. */
const mostThreads = 8;

/** Loads the portable backend: TensorFlow.js compiled to WebAssembly, from npm alone. @param threads that share the work of one operation. */
export async function openWasm(threads: number): Promise<Backend> {
  const wasm = await loadWasm(Math.min(threads, mostThreads));
  const { tf } = wasm;
  registerConvolutionGradients(tf);
  registerChannelSum(tf);
  registerCheapCopies(tf);
  return {
    device: { backend: 'wasm', version: wasm.version, kind: 'cpu', name: cpuName(), threads: wasm.threads },
    tf,
    kernels: wasmKernels(tf),
    compile: (spec) => interpretProgram(tf, spec, 'the WebAssembly backend has no graphs'),
    interpret: (spec) => interpretProgram(tf, spec),
  };
}
