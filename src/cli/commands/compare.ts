import { needsOf, planPipeline } from '../../engine/index.ts';
import { isEvaluation } from '../../evaluation/metrics.ts';
import { ConfigurationError, StageError } from '../../problem/errors.ts';
import { didYouMean } from '../../problem/suggest.ts';
import {
  comparisonJson,
  comparisonTables,
  comparisonText,
  comparisonWarnings,
} from '../../report/compare/comparison-text.ts';
import { imagesTable } from '../../report/compare/images.ts';
import { plannedSummary } from '../../report/planned-summary.ts';
import { compareModels, modelMetrics } from '../../report/results/comparison.ts';
import {
  type Model,
  modelsNamed,
  modelsOf,
  type NamedModels,
  repeatedPathIn,
  sweptPaths,
} from '../../report/results/experiment.ts';
import { meanCorruptionError } from '../../report/results/measure.ts';
import { type AskedMetric, metricAsked, whyNotMetric } from '../../report/results/metric-option.ts';
import { answersOf } from '../answers.ts';
import type { CliCommand } from '../command.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText, widthOf } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, gatherValues, type PipelineOptions, pipelineHelp } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, sayProject } from '../project.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

interface CompareOptions extends PipelineOptions {
  /** The baseline: a stage, or one of its variants. */
  readonly against: string;
  /** The swept path whose values are repetitions. */
  readonly over?: string;
  readonly metric: readonly string[];
  /** The stage whose errors are 100 % of mCE. */
  readonly mce?: string;
  readonly details: boolean;
}

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('compare models over repetitions: means, intervals, and paired tests with correction')
      .argument('<pipeline>', pipelineHelp)
      .requiredOption('--against <stage>', 'the baseline: a stage, or a variant of it')
      .option('--over <path>', 'the swept path whose values repeat the experiment (default: the seed)')
      .option(
        '--metric <name>',
        'compare this metric, or STAGE.METRIC (repeatable; default: accuracies, or metrics with a known direction)',
        gatherValues,
        [],
      )
      .option('--mce <stage>', 'the evaluation whose errors count as 100 % in mCE (default: --against)')
      .option('--details', 'also show accuracies and differences by corruption and by severity', false)
      .addHelpText(
        'after',
        `
Examples:
  pipe compare pipelines/evidence.yaml --against evaluate-no-distillation
  pipe compare pipelines/consistency.yaml --sweep params.seed=1,2,3 --against evaluate-teacher --details
  pipe compare pipelines/evidence.yaml --against evaluate-teacher --metric cleanAccuracy --metric cleanLoss
  pipe compare sweep.yaml --against 'train{lr=0.1}' --metric validationAccuracy`,
      ),
  run: compare,
};

/** `pipe compare`: compares every model with one of them, over the repetitions of a sweep; only reads the store. */
async function compare(context: CliContext, pipeline: string, options: CompareOptions): Promise<number> {
  const project = await openProject(context, pipeline);
  sayProject(project, options.artifacts);
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  const store = await openStoreAt(project, options.artifacts, { readonly: true });
  const plan = await planPipeline(graph, store, worldAround(project, store));
  const { stages } = plannedSummary(graph, plan, 'present');
  const over = repeatedPath(sweptPaths(stages), options.over);
  const named = (name: string, option: string): NamedModels => {
    const found = modelsNamed(stages, name);
    if (found) return found;
    const names = [...new Set(stages.flatMap((each) => [each.stage, each.id]))];
    throw unknown(
      `There is no stage "${name}".`,
      `${option} ${name}`,
      didYouMean(name, names) ?? `the stages are: ${[...new Set(stages.map((each) => each.stage))].join(', ')}`,
    );
  };
  const baseline = named(options.against, '--against');
  if (over !== undefined && baseline.setting?.[over] !== undefined) {
    throw unknown(
      `${options.against} is one repetition, and differences are taken within each of them.`,
      `--against ${options.against}`,
      `name ${baseline.stage}, to compare in all values of ${over}`,
    );
  }
  const models = modelsOf(stages, over);
  const reference = options.mce === undefined ? baseline.stage : named(options.mce, '--mce').stage;
  const mce = meanCorruptionError(reference, models.filter(({ stage }) => stage === reference).flatMap(modelMetrics));
  const results = models.flatMap((model) => modelMetrics(model).map((metrics) => ({ stage: model.stage, metrics })));
  const asked = options.metric.map((text) => metricAsked(text, results, [mce]));
  const own = results.filter(({ stage }) => stage === baseline.stage);
  const extra = own.some(({ metrics }) => isEvaluation(metrics)) ? [mce] : [];
  const problems = asked.flatMap((metric) => {
    const ofStage = results.filter(({ stage }) => stage === metric.stage);
    const why = metric.stage === undefined ? undefined : whyNotMetric(metric, ofStage, metric.stage, extra);
    // The baseline needs it, too.
    return why ?? whyNotMetric(metric, own, options.against, extra) ?? [];
  });
  if (own.length > 0 && problems.length > 0) throw new ConfigurationError(problems);
  const names = asked.map(({ metric }) => metric);
  const comparison = compareModels(modelsAsked(models, asked, baseline), over, baseline, [mce], names);
  if (!comparison) {
    throw new StageError(`${options.against} has no result yet`, { hint: `pipe run ${pipeline}` });
  }
  const { stdout, stderr } = context;
  const images = await imagesTable(comparison, (stage) => answersOf(stage, store));
  const tables = comparisonTables(comparison, images, options.details || options.json);
  const warnings = comparisonWarnings(comparison.models, stages, needsOf(graph));
  stdout.write(
    options.json
      ? jsonText(comparisonJson(comparison, tables, warnings))
      : comparisonText(comparison, tables, widthOf(stdout)),
  );
  for (const warning of warnings) warn(context, warning);
  const compared = new Set(comparison.models.map(({ stage }) => stage));
  const missing = stages.filter(({ stage, state }) => state === 'skipped' && compared.has(stage)).map(({ id }) => id);
  if (missing.length > 0) stderr.write(`without a result yet, and left out: ${missing.join(', ')}\n`);
  return exitCodes.done;
}

/** All models; if every metric is asked for with its stage, the models of these stages, and of the baseline. */
function modelsAsked(models: readonly Model[], asked: readonly AskedMetric[], baseline: NamedModels): readonly Model[] {
  const stages = new Set(asked.map(({ stage }) => stage));
  if (stages.size === 0 || stages.has(undefined)) return models;
  return models.filter(({ stage }) => stage === baseline.stage || stages.has(stage));
}

/** The swept path of the repetitions: the requested one, or that of the seed. Undefined if nothing is repeated. */
function repeatedPath(swept: readonly string[], asked: string | undefined): string | undefined {
  if (asked === undefined || swept.includes(asked)) return asked ?? repeatedPathIn(swept);
  const hint =
    swept.length === 0
      ? 'sweep over it, e.g. --sweep params.seed=1,2,3,4,5'
      : (didYouMean(asked, swept) ?? `swept paths: ${swept.join(', ')}`);
  throw unknown(`${asked} is not swept.`, `--over ${asked}`, hint);
}

function unknown(message: string, option: string, hint: string): ConfigurationError {
  return new ConfigurationError([{ message, origin: { option }, hint }]);
}
