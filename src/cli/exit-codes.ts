import { ConfigurationError, EnvironmentError, InterruptedError } from '../problem/errors.ts';

/** What the exit status of `pipe` means. */
export const exitCodes = { done: 0, stageFailed: 1, configuration: 2, environment: 3, interrupted: 130 } as const;

/** The exit status an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigurationError) return exitCodes.configuration;
  if (error instanceof EnvironmentError) return exitCodes.environment;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return exitCodes.stageFailed;
}
