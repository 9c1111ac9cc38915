import { ConfigurationError, EnvironmentError, InterruptedError } from '../problem/errors.ts';

/** The exit codes of `pipe`. */
export const exitCodes = { done: 0, stageFailed: 1, configuration: 2, environment: 3, interrupted: 130 } as const;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigurationError) return exitCodes.configuration;
  if (error instanceof EnvironmentError) return exitCodes.environment;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return exitCodes.stageFailed;
}
