import { type Argument, Command, Help, InvalidArgumentError, type Option } from 'commander';
import { bounded } from '../problem/quote.ts';
import { shown } from '../problem/shown.ts';
import { paletteFor } from '../report/palette.ts';
import type { CliCommand } from './command.ts';
import type { CliContext } from './context.ts';

const usualColumns = 80;

/** The command line with these commands, by name. @param done is called with the exit code of the command. */
export function commandLine(
  version: string,
  commands: ReadonlyMap<string, CliCommand>,
  context: CliContext,
  done: (exitCode: number) => void,
): Command {
  const { stdout, stderr, environment } = context;
  const program = new Command('pipe')
    .description('Runs machine-learning pipelines declared in YAML and reuses every result that is still valid.')
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage()}`,
      optionDescription,
      argumentDescription,
    })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? usualColumns,
      getErrHelpWidth: () => stderr.columns ?? usualColumns,
      outputError: (text) => {
        const red = paletteFor(stderr, environment).red('error:');
        stderr.stream.write(bounded(shown(text)).replace(/^error:/u, red));
      },
    })
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  pipe run pipelines/consistency.yaml --overlay pipelines/overlays/quick.yaml
  pipe run pipelines/consistency.yaml --set params.temperature=4
  pipe plan pipelines/consistency.yaml
  pipe doctor

Exit codes: 0 done, 1 a stage failed, 2 wrong configuration or usage, 3 environment, 130 interrupted.`,
    );
  for (const [name, { declare, run }] of commands) {
    // Commander passes itself after the arguments and the options.
    refuseEmpty(declare(program.command(name))).action(async (...typed) =>
      done(await run(context, ...typed.slice(0, -1))),
    );
  }
  for (const command of [program, ...program.commands]) {
    const name = command === program ? 'pipe' : `pipe ${command.name()}`;
    command.showHelpAfterError(`${actionsOf(command)}${context.asTyped(`(run ${name} --help for more)`)}`);
  }
  return program;
}

/** The actions of a command and what each does, one per line; empty if it has none. */
function actionsOf({ registeredArguments: [first] }: Command): string {
  return first?.argChoices ? `its actions:\n${first.description.replaceAll(/^/gmu, '  ')}\n` : '';
}

/** An argument with choices describes each of them. */
function argumentDescription(argument: Argument): string {
  return argument.argChoices ? argument.description : new Help().argumentDescription(argument);
}

/** A note may be empty. */
const mayBeEmpty = ['--note'];

/**
 * Refuses empty values of options and arguments: an empty path would be the current folder, and an empty address every address. They come from
 * scripts in which a variable is not set.
 */
function refuseEmpty(command: Command): Command {
  const full = (of: Option | Argument, name: string) => {
    const { parseArg, variadic } = of;
    of.argParser((value: string, earlier: unknown) => {
      if (value === '') throw new InvalidArgumentError(`It is empty; write a ${name}.`);
      if (parseArg) return parseArg(value, earlier);
      return variadic ? [...((earlier as readonly string[] | undefined) ?? []), value] : value;
    });
  };
  for (const option of command.options) {
    const [, name] = /<(.+)>/u.exec(option.flags) ?? [];
    if (name !== undefined && !mayBeEmpty.includes(option.long ?? '')) full(option, name);
  }
  for (const argument of command.registeredArguments) full(argument, argument.name());
  return command;
}

/** The description of an option with its default; off for switches and empty lists are not mentioned. */
export function optionDescription({ description, defaultValue, defaultValueDescription }: Option): string {
  const isTelling = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return isTelling ? `${description} (default: ${defaultValueDescription ?? defaultValue})` : description;
}
