import { Command, InvalidArgumentError, Option } from 'commander';

/** Where the pipeline comes from: the options `run` and `plan` share. */
export interface PipelineOptions {
  readonly overlay: readonly string[];
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  readonly target: readonly string[];
  readonly force: readonly string[];
  readonly artifacts: string;
  readonly json: boolean;
}

/** The options of `pipe run`. */
export interface RunOptions extends PipelineOptions {
  readonly frozen: boolean;
  readonly keepGoing: boolean;
  readonly jobs: number | undefined;
  readonly yes: boolean;
  readonly gpu: boolean;
}

/** The options of `pipe setup`. */
export interface SetupOptions {
  readonly gpu: boolean;
  readonly remove: boolean;
}

/** What each command does with its arguments; each resolves to the exit status. */
export interface Handlers {
  run(pipeline: string, options: RunOptions): Promise<number>;
  plan(pipeline: string, options: PipelineOptions): Promise<number>;
  explain(pipeline: string, stage: string, options: PipelineOptions): Promise<number>;
  setup(options: SetupOptions): Promise<number>;
  doctor(options: { readonly json: boolean }): Promise<number>;
}

const collect = (value: string, earlier: readonly string[]) => [...earlier, value];

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expects a whole number, 1 or more.');
  return value;
}

/** Adds the options that say which pipeline, with which settings, into which store. */
function withPipelineOptions(command: Command): Command {
  return command
    .argument('<pipeline>', 'the YAML file, e.g. pipelines/consistency.yaml')
    .option(
      '--overlay <file>',
      'merge this YAML file over the pipeline; repeat for several, later ones win',
      collect,
      [],
    )
    .option('--set <path=value>', 'set one value, e.g. params.temperature=4; repeat for several', collect, [])
    .option('--sweep <path=a,b,c>', 'run every value, sharing what is equal; repeat for a grid', collect, [])
    .option('--target <stage>', 'only this stage and what it needs; repeat for several', collect, [])
    .option('--force <stage>', 'run this stage although its result is known; repeat for several', collect, [])
    .option('--artifacts <directory>', 'where results are kept', 'artifacts')
    .option('--json', 'print one JSON object on standard output, and logs on standard error', false);
}

/** The command line: every command, option and example. */
export function commandLine(version: string, handlers: Handlers, done: (exitCode: number) => void): Command {
  const program = new Command('pipe')
    .description(
      'Runs machine-learning pipelines declared in YAML, and reuses every result that would come out the same.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(pipe --help lists commands and options)')
    .addHelpText(
      'after',
      `
Examples:
  pipe run pipelines/consistency.yaml --overlay pipelines/overlays/quick.yaml
  pipe run pipelines/consistency.yaml --set params.temperature=4
  pipe plan pipelines/consistency.yaml
  pipe doctor

Exit status: 0 done, 1 a stage failed, 2 bad configuration or usage, 3 environment, 130 interrupted.`,
    );

  withPipelineOptions(program.command('run'))
    .description('run a pipeline: what is known is reused, what is not is computed')
    .option('--frozen', 'run nothing: fail, naming what would have to run', false)
    .option('--keep-going', 'after a failure, go on with what does not depend on it', false)
    .addOption(new Option('--jobs <n>', 'how many stages may run at once').argParser(positiveInteger))
    .option('-y, --yes', 'set TensorFlow up without asking where it is missing', false)
    .option('--gpu', 'use the CUDA build of TensorFlow', false)
    .addHelpText(
      'after',
      `
Examples:
  pipe run pipelines/consistency.yaml                                          the full recipe
  pipe run pipelines/consistency.yaml --overlay pipelines/overlays/quick.yaml  a first look, minutes on a CPU
  pipe run pipelines/consistency.yaml --set params.temperature=4               only what depends on it runs
  pipe run pipelines/consistency.yaml --sweep params.temperature=1,4,10        one graph for three temperatures
  pipe run pipelines/consistency.yaml --frozen                                 in CI: prove that nothing is stale`,
    )
    .action(async (pipeline: string, options: RunOptions) => done(await handlers.run(pipeline, options)));

  withPipelineOptions(program.command('plan'))
    .description('say what would run and why, and run nothing')
    .addHelpText('after', '\nExample:\n  pipe plan pipelines/consistency.yaml --set params.temperature=4')
    .action(async (pipeline: string, options: PipelineOptions) => done(await handlers.plan(pipeline, options)));

  withPipelineOptions(program.command('explain'))
    .argument('<stage>', 'the stage to explain')
    .description('say why a stage would run, by field')
    .addHelpText('after', '\nExample:\n  pipe explain pipelines/consistency.yaml student --set params.temperature=4')
    .action(async (pipeline: string, stage: string, options: PipelineOptions) =>
      done(await handlers.explain(pipeline, stage, options)),
    );

  program
    .command('setup')
    .description('set TensorFlow up, once for this user; run again, it does nothing')
    .option('--gpu', 'the CUDA build, for NVIDIA GPUs', false)
    .option('--remove', 'remove what was set up', false)
    .addHelpText('after', '\nExamples:\n  pipe setup\n  pipe setup --gpu\n  pipe setup --remove')
    .action(async (options: SetupOptions) => done(await handlers.setup(options)));

  program
    .command('doctor')
    .description('say what this machine has, what it lacks, and what to type')
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', '\nExample:\n  pipe doctor')
    .action(async (options: { json: boolean }) => done(await handlers.doctor(options)));

  return program;
}
