import { type Command, Option } from 'commander';
import { backendChoices } from '../../compute/chosen-backend.ts';
import type { Done } from '../command-line.ts';
import type { CompareOptions, Handlers, PipelineOptions, PlanOptions, RunOptions } from '../handlers.ts';
import { usualStoreLimit } from '../store-limit.ts';
import { addSourceOptions, addStoreOptions } from './options.ts';
import { bytes, collect, positiveInteger } from './values.ts';

const pipelineHelp = 'the YAML file, e.g. pipelines/consistency.yaml';

/** Adds the commands about one pipeline: `run`, `plan`, `explain`, `compare`, `export`. */
export function addPipelineCommands(program: Command, handlers: Handlers, done: Done): void {
  addPlanOptions(program.command('run'))
    .description('run a pipeline: what is known is reused, what is not is computed')
    .option('--frozen', 'run and write nothing: fail, naming what would have to run', false)
    .option('--keep-going', 'after a failure, go on with what does not depend on it', false)
    .option('--continue <stage>', 'go on from the kept end of this stage with fewer epochs (repeatable)', collect, [])
    .addOption(new Option('--jobs <n>', 'how many stages may run at once').argParser(positiveInteger))
    .addOption(
      new Option('--max-size <size>', 'afterwards remove the least recently used results beyond this')
        .argParser(bytes)
        .default(usualStoreLimit.bytes, usualStoreLimit.text),
    )
    .option('-y, --yes', 'set TensorFlow up without asking where it is missing', false)
    .option('--gpu', 'use the CUDA build of TensorFlow', false)
    .addOption(
      new Option(
        '--backend <name>',
        'compute with tensorflow, wasm or javascript (default: tensorflow, or wasm where it cannot be had)',
      )
        .choices(backendChoices)
        .conflicts('gpu'),
    )
    .option('--deterministic', 'the same bits in every run on a GPU, too; slower there', false)
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

  addPlanOptions(program.command('plan'))
    .description('say what would run and why, and run nothing')
    .addHelpText('after', '\nExample:\n  pipe plan pipelines/consistency.yaml --set params.temperature=4')
    .action(async (pipeline: string, options: PlanOptions) => done(await handlers.plan(pipeline, options)));

  addStoreOptions(addSourceOptions(program.command('explain')))
    .description('say why a stage would run, by field')
    .usage('[options] [pipeline] <stage>')
    .argument('<pipeline>', `${pipelineHelp}; without it, that of the last run with its settings`)
    .argument('[stage]', 'the stage to explain')
    .addHelpText(
      'after',
      `
Examples:
  pipe explain pipelines/consistency.yaml student --set params.temperature=4
  pipe explain student --set params.temperature=4                             as the last run, but for the temperature`,
    )
    .action(async (...typed: [string, string | undefined, PipelineOptions]) => {
      const [first, second, options] = typed;
      const [pipeline, stage] = second === undefined ? [undefined, first] : [first, second];
      done(await handlers.explain(pipeline, stage, options));
    });

  addStoreOptions(addSourceOptions(program.command('compare')))
    .description('compare models over the repetitions of a sweep: means, standard errors, paired tests')
    .argument('<pipeline>', pipelineHelp)
    .requiredOption('--against <stage>', 'the evaluation that the others are compared against')
    .option('--over <path>', 'the swept path whose values repeat the experiment (default: the seed)')
    .addHelpText(
      'after',
      `
Examples:
  pipe compare pipelines/evidence.yaml --against evaluate-no-distillation
  pipe compare pipelines/consistency.yaml --sweep params.seed=1,2,3 --against evaluate-teacher`,
    )
    .action(async (pipeline: string, options: CompareOptions) => done(await handlers.compare(pipeline, options)));

  addStoreOptions(addSourceOptions(program.command('export')))
    .description('copy an output out of the store')
    .usage('[options] [pipeline] <stage.output> <directory>')
    .argument('<pipeline>', `${pipelineHelp}; without it, that of the last run with its settings`)
    .argument('<stage.output>', 'the output, e.g. student.weights; the stage alone where it has one output')
    .argument('[directory]', 'where to put it; made where it is missing')
    .addHelpText(
      'after',
      `
Examples:
  pipe export pipelines/consistency.yaml student.weights trained
  pipe export student.weights trained                             of the last run`,
    )
    .action(async (...typed: [string, string, string | undefined, PipelineOptions]) => {
      const [first, second, third, options] = typed;
      const [pipeline, output, directory] = third === undefined ? [undefined, first, second] : [first, second, third];
      done(await handlers.export(pipeline, output, directory, options));
    });
}

function addPlanOptions(command: Command): Command {
  command.argument('<pipeline>', pipelineHelp);
  return addStoreOptions(
    addSourceOptions(command)
      .option('--target <stage>', 'only this stage and what it needs (repeatable)', collect, [])
      .option('--force <stage>', 'run this stage although its result is known (repeatable)', collect, []),
  );
}
