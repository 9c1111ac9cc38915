import type { Problem } from './problem.ts';

/** An error that the user can act on: its message is a whole sentence, and its hint is the next step. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }
}

/** The configuration or the usage is wrong (exit code 2): contains every problem, in file order. */
export class ConfigurationError extends UserError {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];
  /** The text of each file with a problem, as it was read, to show the line. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(problems: readonly Problem[], sources: ReadonlyMap<string, string> = new Map()) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.problems = problems;
    this.sources = sources;
  }
}

/** The machine lacks or refuses something: TensorFlow, a compiler, a directory, the network (exit code 3). */
export class EnvironmentError extends UserError {
  override readonly name = 'EnvironmentError';
}

/** What a promise resolves to, or the EnvironmentError that it rejects with, so that others can be reported together with it. */
export function orRefusal<Value>(promise: Promise<Value>): Promise<Value | EnvironmentError> {
  return promise.catch((error: unknown) => {
    if (error instanceof EnvironmentError) return error;
    throw error;
  });
}

/** One error for several: a line for each message, and each different hint once. */
export function joinedErrors(errors: readonly EnvironmentError[]): EnvironmentError {
  const [messages, hints] = [
    errors.map(({ message }) => message),
    errors.flatMap(({ hint }) => hint?.split('\n') ?? []),
  ];
  return new EnvironmentError(messages.join('\n'), {
    ...(hints.length > 0 && { hint: [...new Set(hints)].join('\n') }),
    cause: errors[0],
  });
}

/** A stage could not do its work (exit code 1). */
export class StageError extends UserError {
  override readonly name: string = 'StageError';
}

/** The user asked to stop (exit code 130). */
export class InterruptedError extends UserError {
  override readonly name = 'InterruptedError';
}
