import { type Graph, planPipeline } from '../../engine/index.ts';
import { ConfigurationError, StageError } from '../../problem/errors.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { comparisonJson, comparisonText } from '../../report/comparison.ts';
import { repeatedExperiment } from '../../report/repetition.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText, widthOf } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, pipelineHelp } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { stagesNamed } from '../selection.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

interface CompareOptions extends PipelineOptions {
  /** The evaluating stage that the others are compared against. */
  readonly against: string;
  /** The swept path whose values are repetitions. */
  readonly over?: string;
}

/** `pipe compare` */
export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
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
      ),
  run: compare,
};

/** `pipe compare`: every evaluated model beside one of them, over the repetitions of a sweep; reads the store only. */
async function compare(context: CliContext, pipeline: string, options: CompareOptions): Promise<number> {
  const graph = await readGraph(context, pipeline, options, openCatalogue(context));
  const over = repeatedPath(graph, options.over);
  const baseline = stagesNamed(graph, options.against, { option: `--against ${options.against}` })[0].stage.id;
  const store = await openStoreAt(context, options.artifacts, { readonly: true });
  const plan = await planPipeline(graph, store, worldAround(context, store));
  const { models, missing } = repeatedExperiment(graph, plan, over, baseline);
  if (!models.some(({ against }) => against === undefined)) {
    throw new StageError(`${baseline} has not evaluated anything yet`, { hint: `pipe run ${pipeline}` });
  }
  const { stdout, stderr } = context;
  stdout.write(options.json ? jsonText(comparisonJson(over, models)) : comparisonText(over, models, widthOf(stdout)));
  if (missing.length > 0) stderr.write(`not there yet, and left out: ${missing.join(', ')}\n`);
  return exitCodes.done;
}

/** The swept path whose values repeat the experiment: the one asked for, the only one, or that of the seed. */
function repeatedPath({ variants }: Graph, asked: string | undefined): string {
  const swept = Object.keys(variants[0] ?? {});
  const usual = swept.length === 1 ? swept[0] : swept.find((path) => path.endsWith('seed'));
  const path = asked ?? usual;
  if (path !== undefined && swept.includes(path)) return path;
  const sweptWords = `what is swept: ${swept.join(', ')}`;
  throw new ConfigurationError([
    {
      message: path === undefined ? 'Nothing is swept that repeats the experiment.' : `${path} is not swept.`,
      origin: { option: path === undefined ? '--over' : `--over ${path}` },
      hint:
        swept.length === 0
          ? 'repeat it, e.g. with --sweep params.seed=1,2,3,4,5'
          : ((path && didYouMean(path, swept)) ?? sweptWords),
    },
  ]);
}
