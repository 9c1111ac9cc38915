import type { Environment } from './location.ts';

const variable = 'TF_DETERMINISTIC_OPS';

/**
 * The same environment, with TensorFlow set to deterministic kernels, whose results do not depend on the order of threads; slower on a GPU.
 */
export function deterministicEnvironment(environment: Environment): Environment {
  return { ...environment, [variable]: '1' };
}

/** Whether TensorFlow is set to such kernels, according to the variable that it reads. */
export function isDeterministic(environment: Environment): boolean {
  return /^(1|true)$/iu.test(environment[variable] ?? '');
}
