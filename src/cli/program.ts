import { CommanderError } from 'commander';
import { ConfigurationError, InterruptedError, UserError } from '../problem/errors.ts';
import { bounded } from '../problem/quote.ts';
import { renderProblems } from '../problem/render.ts';
import type { CliCommand } from './command.ts';
import { commandLine } from './command-line.ts';
import { commands } from './commands/index.ts';
import { contextOf, type ProcessContext } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { packageVersion } from './origin.ts';

/** Does what was typed, and resolves to the exit code; every error has been reported by then. */
export async function runProgram(process: ProcessContext): Promise<number> {
  const context = contextOf(process);
  let exitCode: number = exitCodes.done;
  try {
    const program = commandLine(packageVersion, await commandsFor(context.arguments), context, (code) => {
      exitCode = code;
    });
    await program.parseAsync([...context.arguments], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, (text) => context.stderr.write(text));
    // Commander has reported what is wrong; help and version that were asked for are no errors.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.configuration;
  }
}

/** The command that was typed, or all where none is named first: loading all takes longer than many a command. */
async function commandsFor([first = '']: readonly string[]): Promise<ReadonlyMap<string, CliCommand>> {
  const names = Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
  return new Map(await Promise.all(names.map(async (name) => [name, (await commands[name]!()).command] as const)));
}

/** Reports an error the way a person can act on it, and returns the exit code; only an unforeseen one shows a stack. */
function reportError(error: unknown, write: (text: string) => void): number {
  if (error instanceof ConfigurationError) {
    write(`${renderProblems(error.problems, error.sources)}\n`);
  } else if (error instanceof UserError) {
    const kind = error instanceof InterruptedError ? 'interrupted' : 'error';
    const hint = error.hint === undefined ? '' : `hint: ${bounded(error.hint)}\n`;
    write(`${kind}: ${bounded(error.message)}\n${hint}`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(`pipe broke, which is a bug; please report it with what follows:\n${bounded(text)}\n`);
  }
  return exitCodeOf(error);
}
