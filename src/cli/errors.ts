import { ConfigurationError, InterruptedError, UserError } from '../problem/errors.ts';
import { renderProblems } from '../problem/render.ts';
import { exitCodeOf } from './exit-codes.ts';

/** Says an error the way a person can act on it, and gives the exit status; only what nobody foresaw shows a stack. */
export function sayError(error: unknown, write: (text: string) => void): number {
  if (error instanceof ConfigurationError) {
    write(`${renderProblems(error.problems, error.sources)}\n`);
  } else if (error instanceof UserError) {
    const kind = error instanceof InterruptedError ? 'interrupted' : 'error';
    write(`${kind}: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(`pipe broke, which is a bug; please report it with what follows:\n${text}\n`);
  }
  return exitCodeOf(error);
}
