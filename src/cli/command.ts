import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** A command of `pipe`: one file in `commands`, with its description for `--help` and its handler. */
export interface CliCommand {
  /** Adds the description, arguments, options and examples to a command that has only its name. */
  declare(command: Command): Command;
  /**
   * Runs the command, and resolves to the exit code.
   * @param typed the arguments and then the options, as declared.
   */
  run(context: CliContext, ...typed: readonly unknown[]): Promise<number>;
}
