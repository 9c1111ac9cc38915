import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { isSystemError } from '../disk/codes.ts';
import { ConfigurationError, EnvironmentError, InterruptedError, UserError } from '../problem/errors.ts';
import { bounded } from '../problem/quote.ts';
import { renderProblems } from '../problem/render.ts';
import { commandsAsTyped } from './as-typed.ts';
import { annotateProblems } from './ci.ts';
import type { CliCommand } from './command.ts';
import { commandLine } from './command-line.ts';
import { commands } from './commands/index.ts';
import { type CliContext, contextOf, type ProcessContext } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { packageVersion } from './origin.ts';

/** Runs the command line, and resolves to the exit code; all errors have been reported by then. */
export async function runProgram(process: ProcessContext): Promise<number> {
  const asTyped = commandsAsTyped(Object.keys(commands), process.environment, fileURLToPath(import.meta.url));
  const context = contextOf(process, asTyped);
  let exitCode: number = exitCodes.done;
  try {
    const program = commandLine(packageVersion, await commandsFor(context.arguments), context, (code) => {
      exitCode = code;
    });
    await program.parseAsync(wordsToParse(context.arguments), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, context);
    // Commander has reported the problem; requested help and version are not errors.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.configuration;
  }
}

/** Commander prints all help for a command that does not exist, without a word about it: as a command, it is reported with a suggestion. */
function wordsToParse(typed: readonly string[]): readonly string[] {
  const [first, second] = typed;
  return first === 'help' && second !== undefined && !Object.hasOwn(commands, second) ? [second] : typed;
}

/** The command that was typed, or all if none is first: loading all takes longer than many commands take. */
async function commandsFor([first = '']: readonly string[]): Promise<ReadonlyMap<string, CliCommand>> {
  const names = Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
  return new Map(await Promise.all(names.map(async (name) => [name, (await commands[name]!()).command] as const)));
}

const nextSteps: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space',
  EDQUOT: 'free some of your quota',
  EROFS: 'choose a writable folder',
  EACCES: 'check the owner and permissions of the file and of the folders above it',
  EPERM: 'check the owner and permissions of the file and of the folders above it',
  EMFILE: 'raise the limit of open files (ulimit -n), or run fewer stages at once (--jobs)',
  EFBIG: 'raise the limit of file sizes (ulimit -f)',
};

/** An error of the operating system that was not explained earlier: the machine refuses something; it is not a bug. */
function refusalOf(error: NodeJS.ErrnoException): EnvironmentError {
  const hint =
    error.syscall === 'mkdtemp'
      ? 'set TMPDIR to an existing folder that is writable'
      : (nextSteps[error.code ?? ''] ?? 'look at the file or folder named in the message');
  return new EnvironmentError(`a system call failed: ${error.message}`, { hint, cause: error });
}

/** Reports an error so that the user can act on it, and returns the exit code; only unexpected errors show a stack. */
function reportError(thrown: unknown, context: CliContext): number {
  const write = (text: string) => context.stderr.write(text);
  const error = isSystemError(thrown) ? refusalOf(thrown) : thrown;
  if (error instanceof ConfigurationError) {
    const problems = error.problems.map(({ hint, ...problem }) =>
      hint === undefined ? problem : { ...problem, hint: context.asTyped(hint) },
    );
    write(`${renderProblems(problems, error.sources)}\n`);
    annotateProblems(context, error.problems);
  } else if (error instanceof UserError) {
    const kind = error instanceof InterruptedError ? 'interrupted' : 'error';
    const hint = error.hint === undefined ? '' : `hint: ${bounded(context.asTyped(error.hint))}\n`;
    write(`${kind}: ${bounded(error.message)}\n${hint}`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(`this is a bug in pipe; please report it with the following text:\n${bounded(text)}\n`);
  }
  return exitCodeOf(error);
}
