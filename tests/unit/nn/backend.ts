import { type Backend, openBackend } from '../../../src/compute/index.ts';

/** TensorFlow on one thread of the CPU: small tensors gain nothing from more. */
export function testBackend(): Promise<Backend> {
  return openBackend({ environment: process.env, build: 'cpu', threads: 1 });
}
