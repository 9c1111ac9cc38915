import { CompiledCodeError } from '../compute/compiled-code.ts';
import type { Progress, StageResult } from '../engine/definition.ts';
import type { StageJob } from '../engine/run/executor.ts';
import { ConfigurationError, EnvironmentError, InterruptedError, StageError, UserError } from '../problem/errors.ts';

/** Messages from the parent process to a stage worker. */
export type ToWorker =
  | { readonly type: 'run'; readonly job: StageJob; readonly variables: Readonly<Record<string, string>> }
  | { readonly type: 'stop'; readonly reason: ErrorMessage };

/** Messages from a stage worker to its parent. */
export type FromWorker =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'output'; readonly text: string }
  | { readonly type: 'done'; readonly result: StageResult }
  | { readonly type: 'failed'; readonly error: ErrorMessage };

/** An error as plain data: its class if it is one of ours, or `Error` with its stack if it was unexpected. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

const userErrors: Readonly<Record<string, new (message: string, options: { hint?: string }) => UserError>> = {
  UserError,
  StageError,
  EnvironmentError,
  InterruptedError,
  CompiledCodeError,
};

/** Turns any thrown value into plain data. */
export function packError(error: unknown): ErrorMessage {
  if (error instanceof ConfigurationError) {
    return { name: 'StageError', message: error.message, hint: error.hint, stack: undefined };
  }
  if (error instanceof UserError) {
    return { name: error.name, message: error.message, hint: error.hint, stack: undefined };
  }
  if (error instanceof Error) {
    return { name: 'Error', message: error.message, hint: undefined, stack: error.stack };
  }
  return { name: 'Error', message: String(error), hint: undefined, stack: undefined };
}

/** The error, with its original class. */
export function unpackError(packed: ErrorMessage): Error {
  const UserErrorClass = userErrors[packed.name];
  if (UserErrorClass) {
    return new UserErrorClass(packed.message, packed.hint === undefined ? {} : { hint: packed.hint });
  }
  const error = new Error(packed.message);
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}
