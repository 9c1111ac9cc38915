import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** A command of `pipe`: one file in `commands`, which describes it as `--help` shows it, and does it. */
export interface CliCommand {
  /** Adds the description, arguments, options and examples to a command that has only its name. */
  declare(command: Command): Command;
  /**
   * Does what was typed, and resolves to the exit code.
   * @param typed the arguments and then the options, as `declare` describes them.
   */
  run(context: CliContext, ...typed: readonly unknown[]): Promise<number>;
}
