import { xlaOnGpuVariable } from '../../src/compute/xla.ts';
import { differingTensors } from '../../src/data/index.ts';
import type { Part, PartContext } from './part.ts';
import { consistency, metric, runPipeline, validationImages } from './pipeline.ts';

/** One training of the teacher: its mean loss, and the file of its weights; or why it has none. */
type Trained = { readonly loss: number; readonly weights: string } | { readonly failure: string };

/** Whether steps that XLA compiles learn what the same steps learn without it, for more and more steps on changing batches. */
export const agreement: Part = {
  name: 'xla-agrees',
  title: 'The same training, compiled by XLA and not',
  limit: 300,
  least: 60,
  async run(context) {
    const rows: { steps: number; plain: Trained; byXla: Trained; largest: number | null }[] = [];
    for (const steps of context.sizes.compared) {
      const plain = await train(context, steps, 'plain', []);
      const byXla = await train(context, steps, 'xla', ['--xla', '1']);
      rows.push({ steps, plain, byXla, largest: await largestDifference(plain, byXla) });
    }
    const shown = (trained: Trained) => ('failure' in trained ? trained.failure : trained.loss.toFixed(4));
    return {
      figures: { rows: JSON.parse(JSON.stringify(rows)) },
      markdown: [
        'The teacher of the small network, in batches of 32, with the same seed:',
        '',
        '| steps | mean loss | by XLA | largest difference of a weight |',
        '|---|---|---|---|',
        ...rows.map(
          ({ steps, plain, byXla, largest }) =>
            `| ${steps} | ${shown(plain)} | ${shown(byXla)} | ${largest?.toExponential(1) ?? 'none'} |`,
        ),
      ],
    };
  },
};

async function train(context: PartContext, steps: number, store: string, options: readonly string[]): Promise<Trained> {
  const images = validationImages + steps * batchSize;
  const settings = ['params.epochs=1', 'params.teacher.averaging.start=0', `stages.data.with.trainImages=${images}`];
  const order = ['--overlay', 'pipelines/overlays/quick.yaml', ...settings.flatMap((each) => ['--set', each])];
  try {
    const run = await runPipeline(context, {
      pipeline: consistency,
      options: [...order, '--target', 'teacher', ...options],
      store: `agreement-${store}`,
      variables: { [xlaOnGpuVariable]: '1' },
    });
    const { outputs } = run.stages.find(({ id }) => id === 'teacher')!;
    return { loss: metric(run, 'teacher', 'loss')!, weights: outputs['weights']!.path };
  } catch (error) {
    context.signal.throwIfAborted();
    const words = (error as Error).message;
    return { failure: /^error: (.*)$/mu.exec(words)?.[1] ?? words };
  }
}

/** Between the weights of two trainings; null if one has none. */
async function largestDifference(first: Trained, second: Trained): Promise<number | null> {
  if ('failure' in first || 'failure' in second) return null;
  const differing = await differingTensors(first.weights, second.weights);
  return Math.max(0, ...differing.map(({ largest = Number.NaN }) => largest));
}

/** As in `quick.yaml`. */
const batchSize = 32;
