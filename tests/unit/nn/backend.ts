import type { Backend } from '../../../src/compute/backend.ts';
import { interpretProgram } from '../../../src/compute/graph/interpret.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import { cacheDirectory, locate } from '../../../src/compute/location.ts';
import { loadNative } from '../../../src/compute/native.ts';

/** TensorFlow on the CPU, an operation at a time. */
export function eagerBackend(): Backend {
  const native = loadNative(locate(cacheDirectory(process.env), 'cpu').addon);
  const { tf } = native;
  return {
    device: {
      backend: 'tensorflow',
      version: native.binding.TF_Version,
      kind: 'cpu',
      name: 'test',
      threads: undefined,
    },
    tf,
    kernels: makeKernels(native),
    compile: (spec) => interpretProgram(tf, spec),
    interpret: (spec) => interpretProgram(tf, spec),
  };
}
