import { join } from 'node:path';
import { xlaOnGpuVariable } from '../../src/compute/xla.ts';
import type { Part } from './part.ts';
import {
  consistency,
  metric,
  percent,
  type RunFigures,
  runPipeline,
  stageTable,
  validationImages,
} from './pipeline.ts';
import { lastWords, runProgram } from './program.ts';

/** The results of the example's authors on Colab's GPU: clean accuracies, and milliseconds per step. */
const published = { teacher: { clean: 65.84, step: 73 }, student: { clean: 58.49, step: 81 } } as const;

/** A first test: whether a pipeline runs from end to end. */
export const quick: Part = {
  name: 'quick',
  title: 'The quick pipeline',
  limit: 120,
  least: 15,
  async run(context) {
    const run = await runPipeline(context, {
      pipeline: consistency,
      options: context.sizes.quick,
      store: 'quick',
    });
    return { figures: plain(run), markdown: [`${run.seconds.toFixed(1)} s in all.`, '', ...stageTable(run)] };
  },
};

/** The whole experiment, on all images and 19 corruptions. */
export const recipe: Part = {
  name: 'recipe',
  title: 'The full recipe',
  limit: 360,
  least: 60,
  async run(context) {
    const run = await runPipeline(context, { pipeline: consistency, options: context.sizes.recipe, store: 'recipe' });
    return { figures: plain(run), markdown: [`${run.seconds.toFixed(1)} s in all.`, ...recipeLines(run)] };
  },
};

/** The recipe's trainings with their steps compiled as a whole. In a separate store, because keys do not contain how steps are computed. */
export const recipeByXla: Part = {
  name: 'recipe-xla',
  title: 'The full recipe, steps compiled by XLA',
  limit: 420,
  least: 60,
  async run(context) {
    const targets = ['--target', 'teacher', '--target', 'student', '--xla', '1'];
    const options = [...context.sizes.recipe, ...targets];
    const variables = { [xlaOnGpuVariable]: '1' };
    const run = await runPipeline(context, { pipeline: consistency, options, store: 'recipe-xla', variables });
    return { figures: plain(run), markdown: [...stepLines(run), '', ...stageTable(run)] };
  },
};

/** The same as in the published code. It uses the recipe's store, which has the data and the corrupted images. */
export const asPublished: Part = {
  name: 'as-published',
  title: 'The full recipe as published',
  limit: 300,
  least: 60,
  aside: true,
  async run(context) {
    const overlay = ['--overlay', 'pipelines/overlays/as-published.yaml'];
    const options = [...context.sizes.recipe, ...overlay];
    const run = await runPipeline(context, { pipeline: consistency, options, store: 'recipe' });
    return { figures: plain(run), markdown: accuracyLines(run) };
  },
};

/** Which parts help, over five seeds; several trainings of the small network at the same time on one device. */
export const evidence: Part = {
  name: 'evidence',
  title: 'The evidence over five seeds',
  limit: 420,
  least: 60,
  aside: true,
  async run(context) {
    const pipeline = 'pipelines/evidence.yaml';
    const share = sharing.flatMap((stage) => ['--set', `stages.${stage}.share=${1 / context.sizes.sideBySide}`]);
    const options = [...context.sizes.evidence, ...share];
    const run = await runPipeline(context, { pipeline, options: [...options, '--keep-going'], store: 'evidence' });
    const against = ['--against', 'evaluate-no-distillation', '--artifacts', join(context.work, 'evidence')];
    const pipe = [context.file('bin/pipe.cjs'), 'compare', pipeline, ...options, ...against];
    const compared = await runProgram(process.execPath, pipe, context);
    if (compared.code !== 0) throw new Error(lastWords(compared));
    return {
      figures: plain(run),
      markdown: [`${run.seconds.toFixed(1)} s in all.`, '', '```', compared.stdout.trimEnd(), '```'],
    };
  },
};

/** The stages of `evidence.yaml` that compute on the device. */
const sharing = [
  ...['teacher', 'no-distillation', 'logits', 'faithful', 'teacher-as-published', 'logits-as-published'],
  ...['as-published', 'logits-robust', 'robust'],
  ...['teacher', 'teacher-as-published', 'no-distillation', 'as-published', 'faithful', 'robust'].map(
    (model) => `evaluate-${model}`,
  ),
];

/** The same training twice: whether its weights have the same bits, with `--deterministic` and without. */
export const deterministic: Part = {
  name: 'deterministic',
  title: 'The same bits twice',
  limit: 180,
  least: 40,
  async run(context) {
    const images = ['--set', 'params.epochs=1', '--set', 'stages.data.with.trainImages=3000'];
    const twice = async (name: string, options: readonly string[]) => {
      const order = { pipeline: consistency, options: [...images, ...context.sizes.recipe, ...options] };
      const runs: RunFigures[] = [];
      for (const turn of ['first', 'second']) {
        runs.push(await runPipeline(context, { ...order, store: `${name}-${turn}` }));
      }
      const [first, second] = runs.map((run) => run.stages.find(({ id }) => id === 'teacher')!);
      const same = first!.outputs['weights']!.digest === second!.outputs['weights']!.digest;
      return { same, seconds: [first!.seconds, second!.seconds] };
    };
    const target = ['--target', 'teacher'];
    const chosen = await twice('deterministic', [...target, '--deterministic']);
    const fast = await twice('fast', target);
    const line = (name: string, { same, seconds }: typeof chosen) =>
      `| ${name} | ${same ? 'equal' : 'not equal'} | ${seconds.map((value) => value.toFixed(1)).join(', ')} |`;
    return {
      figures: { deterministic: chosen, fast },
      markdown: [
        'One epoch of the teacher on 3,000 images (2,500 of them trained on), twice, each time with an empty store:',
        '',
        '| | weights of the two | s of the stage |',
        '|---|---|---|',
        line('with `--deterministic`', chosen),
        line('without', fast),
      ],
    };
  },
};

/** Accuracies next to the published ones, stages and steps. */
function recipeLines(run: RunFigures): readonly string[] {
  return [...accuracyLines(run), '', ...stepLines(run), '', ...stageTable(run)];
}

/** The time of a step, including everything around it. */
function stepLines(run: RunFigures): readonly string[] {
  const steps = (['teacher', 'student'] as const).map((model) => {
    const stage = run.stages.find(({ id }) => id === model);
    const made = stepsOf(run, model);
    const took = stage && made > 0 ? ((stage.seconds / made) * 1e3).toFixed(1) : 'none';
    return `| ${model} | ${made} | ${took} | ${published[model].step} |`;
  });
  const head = '| | steps | ms a step, the whole stage over its steps | published, Colab |';
  return [head, '|---|---|---|---|', ...steps];
}

function accuracyLines(run: RunFigures): readonly string[] {
  const row = (model: 'teacher' | 'student') => {
    const stage = `evaluate-${model}`;
    const [clean, corrupted] = [metric(run, stage, 'cleanAccuracy'), metric(run, stage, 'corruptedAccuracy')];
    return `| ${model} | ${percent(clean)} | ${published[model].clean} % | ${percent(corrupted)} |`;
  };
  return [
    '',
    '| | clean | clean, published | corrupted, 19 at severity 5 |',
    '|---|---|---|---|',
    row('teacher'),
    row('student'),
  ];
}

/** Batches of all epochs, the last one of each not full. */
function stepsOf(run: RunFigures, model: 'teacher' | 'student'): number {
  const images = (metric(run, 'data', 'trainImages') ?? 0) - validationImages;
  return (metric(run, model, 'epochs') ?? 0) * Math.ceil(images / batchSize);
}

const batchSize = 128;

function plain(run: RunFigures) {
  return JSON.parse(JSON.stringify(run));
}
