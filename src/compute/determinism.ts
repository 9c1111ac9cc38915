import type { Environment } from './location.ts';

const variable = 'TF_DETERMINISTIC_OPS';

/** The same environment, in which TensorFlow takes kernels whose results do not depend on which thread is first; slower on a GPU. */
export function deterministicEnvironment(environment: Environment): Environment {
  return { ...environment, [variable]: '1' };
}

/** Whether TensorFlow is told to take such kernels, as it reads the variable itself. */
export function isDeterministic(environment: Environment): boolean {
  return /^(1|true)$/iu.test(environment[variable] ?? '');
}
