import { EnvironmentError } from '../problem/errors.ts';
import { chosenBackend } from './chosen-backend.ts';
import type { Environment } from './location.ts';

/** The variable for whole training steps that XLA compiles. */
export const xlaVariable = 'PIPE_XLA';

const threadsVariable = 'TF_NUM_INTRAOP_THREADS';

/** TensorFlow reads it alone: it aborts if it cannot start that many threads, and ignores what is no number. */
const operationsVariable = 'TF_NUM_INTEROP_THREADS';

/** The most training steps in one call: each needs its batch in memory at once. */
export const mostSteps = 9999;

/** More threads than any machine has: TensorFlow starts them all. */
const mostThreads = 4096;

/** The numbers of training steps in one call, in words. */
export const stepsRange = `a whole number from 1 to ${mostSteps}`;

/** A number of training steps in one call, as text from an option or a variable; undefined if it is not such a number. */
export function stepsIn(text: string): number | undefined {
  return wholeNumber(text, mostSteps);
}

/**
 * How many training steps a call of XLA's code runs; undefined if XLA does not compile them. @throws EnvironmentError if `PIPE_XLA` is not
 * such a number.
 */
export function xlaSteps(environment: Environment): number | undefined {
  const text = environment[xlaVariable] ?? '';
  if (text === '' || text === '0') return undefined;
  const steps = stepsIn(text);
  if (steps !== undefined) return steps;
  throw new EnvironmentError(`${xlaVariable} is ${JSON.stringify(text)}, which is not a number of steps`, {
    hint: `set it to ${stepsRange}, the training steps in one call; 0 or nothing: XLA does not compile them`,
  });
}

/** The number of threads that `TF_NUM_INTRAOP_THREADS` requests, if it is set. @throws EnvironmentError if that is no such number. */
export function requestedThreads(environment: Environment): number | undefined {
  return threadsIn(threadsVariable, environment);
}

function threadsIn(variable: string, environment: Environment): number | undefined {
  const text = environment[variable] ?? '';
  if (text === '') return undefined;
  const threads = wholeNumber(text, mostThreads);
  if (threads !== undefined) return threads;
  throw new EnvironmentError(`${variable} is ${JSON.stringify(text)}, which is not a number of threads`, {
    hint: `set it to a whole number from 1 to ${mostThreads}, or unset it to use all processors`,
  });
}

/** @throws EnvironmentError if a variable that decides how stages compute has a value that it cannot have. */
export function checkVariables(environment: Environment): void {
  chosenBackend(environment);
  xlaSteps(environment);
  requestedThreads(environment);
  threadsIn(operationsVariable, environment);
}

function wholeNumber(text: string, most: number): number | undefined {
  return /^[1-9]\d*$/u.test(text) && Number(text) <= most ? Number(text) : undefined;
}
