import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Backend } from './backend.ts';
import { interpretProgram } from './graph/interpret.ts';
import { composeKernels } from './kernels/composed.ts';
import { cpuName } from './setup/platform.ts';

/** Loads TensorFlow.js's backend in plain JavaScript: one thread, only the language; the baseline for the others. */
export async function openJavaScript(): Promise<Backend> {
  const require = createRequire(import.meta.url);
  const tf = require('#tfjs/core.cjs') as typeof tfjs;
  // Registers the backend.
  require('#tfjs/javascript.cjs');
  await tf.setBackend('cpu');
  return {
    device: { backend: 'javascript', version: tf.version_core, kind: 'cpu', name: cpuName(), threads: 1 },
    tf,
    kernels: composeKernels(tf),
    compile: (spec) => interpretProgram(tf, spec, 'the JavaScript backend has no graphs'),
    interpret: (spec) => interpretProgram(tf, spec),
  };
}
