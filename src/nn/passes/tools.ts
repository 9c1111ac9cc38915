import type { Backend } from '../../compute/index.ts';

/** What tensor code needs from a backend. */
export type Tools = Pick<Backend, 'tf' | 'kernels'>;
