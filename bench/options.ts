import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

const exitCodes = { failed: 1, usage: 2 } as const;

/** The command line of a bench. Wrong options end the program with a sentence and exit code 2. */
export function benchCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .showHelpAfterError('(--help shows all options)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage));
}

/** `--json FILE`: checked before anything is measured, so that no measurement is lost. */
export function jsonOption(what: string): Option {
  return new Option('--json <file>', `write the ${what} to a file`).argParser((text) => {
    const folder = dirname(resolve(text));
    if (!existsSync(folder)) throw new InvalidArgumentError(`The folder ${folder} does not exist.`);
    if (existsSync(text) && statSync(text).isDirectory()) throw new InvalidArgumentError('It is a folder.');
    return text;
  });
}

/** What identifies a row for `--only`. */
export interface RowName {
  readonly what: string;
  readonly against: string;
}

/** `--only PATTERN`: the rows whose text a regular expression matches. */
export function onlyOption(): Option {
  return new Option('--only <pattern>', 'only rows whose text matches this regular expression').argParser((text) => {
    try {
      return new RegExp(text, 'iu');
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`);
    }
  });
}

/** Reads a list of names, separated by commas. @throws InvalidArgumentError if one is not among `known`. */
export function namesFrom(known: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const names = text.split(',');
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length === 0) return names;
    throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  };
}

/** Chooses rows by their names. */
export type Wanted = (what: string, against: string) => boolean;

/** What `--only` chooses. Ends the program with the names of all rows if it matches none. */
export function chosenBy(only: RegExp | undefined, rows: readonly RowName[]): Wanted {
  const wanted: Wanted = (what, against) => only?.test(textOf({ what, against })) ?? true;
  if (!rows.some(({ what, against }) => wanted(what, against))) {
    console.error(`error: no row matches --only ${only?.source}. The rows are:\n`);
    console.error(rows.map((row) => `  ${textOf(row)}`).join('\n'));
    process.exit(exitCodes.usage);
  }
  return wanted;
}

function textOf({ what, against }: RowName): string {
  return `${what} against ${against}`;
}

/** Ends the program with the reason why nothing can be measured. */
export function giveUp(reason: string): never {
  console.error(`error: ${reason}`);
  process.exit(exitCodes.failed);
}
