import type { Backend } from '../../compute/index.ts';

/** What tensor code needs of a backend. */
export type Tools = Pick<Backend, 'tf' | 'kernels'>;
