import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ByCorruption,
  type CorruptionName,
  cifar10cFile,
  labelsFile,
  meanAtSeverity5,
  meanOfBenchmark,
  openNpy,
  type Severity,
  viewDtype,
} from '../../data/index.ts';
import type { StageContext, StageProgram } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { type Classifier, type Evaluation, evaluate, openClassifier } from '../../nn/index.ts';
import { type CorruptedIndex, readCorruptedIndex } from '../files/corrupted-folder.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import { finishedParts } from '../files/finished-parts.ts';
import { readWeights } from '../files/weights-file.ts';
import { openEvaluationLoader } from '../loaders/evaluation-loader.ts';
import { wholeSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { buildNetwork } from '../settings/build-network.ts';
import type { EvaluateConfig } from './config.ts';

/** Measures one network on the clean test images, then on every corruption; goes on after the last finished one. */
export function program(services: Services): StageProgram<EvaluateConfig> {
  return {
    async run(context) {
      const { config, inputs, outputs } = context;
      const network = buildNetwork(config.network);
      const test = await readSplit(inputs['dataset'] as string, 'test');
      const folder = inputs['corrupted'];
      const index = folder === undefined ? undefined : await readCorruptedIndex(folder);
      const backend = await services.backend();
      const pixels = viewDtype(wholeSpec(network.imageSize), 'whole');
      const weights = await readWeights(inputs['weights'] as string, network);
      const classifier = openClassifier(backend, network, weights, { size: config.batchSize, pixels });
      const judge = judgeOf(context, services, { classifier, imageSize: network.imageSize });
      const sets = (index?.corruptions.length ?? 0) * (index?.severities.length ?? 0) + 1;
      let done = 0;
      const measure = async (name: string, split: () => Promise<Split>): Promise<Evaluation> => {
        context.report({ label: name, done, total: sets, unit: 'sets' });
        const evaluation = await judge(name, split);
        done += 1;
        return evaluation;
      };
      try {
        const clean = await measure('clean', async () => test);
        const corrupted: Partial<Record<CorruptionName, Partial<Record<Severity, Evaluation>>>> = {};
        for (const name of index?.corruptions ?? []) {
          const bySeverity: Partial<Record<Severity, Evaluation>> = {};
          for (const severity of index?.severities ?? []) {
            bySeverity[severity] = await measure(`${name}-${severity}`, () =>
              readCorrupted(folder as string, index as CorruptedIndex, name, severity),
            );
          }
          corrupted[name] = bySeverity;
        }
        const metrics = summarise(clean, corrupted, index, test.source);
        const text = JSON.stringify({ ...metrics, clean, corrupted }, null, 1);
        await writeFile(outputs['metrics'] as string, `${text}\n`);
        return { metrics, provenance: { device: { ...backend.device } as object as JsonObject } };
      } finally {
        classifier.dispose();
      }
    },
  };
}

/** Evaluates a set of images once, whatever interrupts the stage afterwards. */
function judgeOf(
  context: StageContext<EvaluateConfig>,
  { viewWorkers }: Services,
  { classifier, imageSize }: { readonly classifier: Classifier; readonly imageSize: number },
) {
  const parts = finishedParts(context.checkpoints);
  return async (name: string, split: () => Promise<Split>): Promise<Evaluation> => {
    const bytes = await parts.part(name, async () => {
      const { batchSize } = classifier;
      const loader = openEvaluationLoader({
        split: await split(),
        imageSize,
        batchSize,
        workers: viewWorkers,
        signal: context.signal,
      });
      try {
        return Buffer.from(JSON.stringify(await evaluate(classifier, loader.batches(), context.signal)));
      } finally {
        await loader.close();
      }
    });
    return JSON.parse(Buffer.from(bytes).toString()) as Evaluation;
  };
}

async function readCorrupted(
  folder: string,
  { images, severities }: CorruptedIndex,
  name: CorruptionName,
  severity: Severity,
): Promise<Split> {
  const rows = { first: severities.indexOf(severity) * images, count: images };
  const read = async (file: string) => {
    const opened = await openNpy(join(folder, file));
    try {
      return await opened.read('U8', rows);
    } finally {
      await opened.close();
    }
  };
  return { images: await read(cifar10cFile(name)), labels: await read(labelsFile) };
}

/** What the report shows, and a sweep compares. */
function summarise(
  clean: Evaluation,
  corrupted: Partial<Record<CorruptionName, Partial<Record<Severity, Evaluation>>>>,
  index: CorruptedIndex | undefined,
  source: string,
): JsonObject {
  const measured: ByCorruption = (name, severity) => corrupted[name]?.[severity]?.accuracy;
  const atSeverity5 = meanAtSeverity5(measured);
  const benchmark = meanOfBenchmark(measured);
  return {
    images: index
      ? `${source}; ${index.source}, ${index.images} images at severity ${index.severities.join(', ')}`
      : source,
    cleanAccuracy: clean.accuracy,
    cleanLoss: clean.loss,
    ...(atSeverity5.value !== undefined && { corruptedAccuracy: atSeverity5.value }),
    // One minus what papers call mCE; a mean over fewer than all would not be comparable.
    ...(benchmark.value !== undefined && benchmark.missing.length === 0 && { benchmarkAccuracy: benchmark.value }),
    byCorruption: Object.fromEntries(
      Object.entries(corrupted).map(([name, bySeverity]) => [name, meanAccuracy(Object.values(bySeverity))]),
    ),
    notEvaluated: index?.notEvaluated ?? {},
  };
}

function meanAccuracy(evaluations: readonly Evaluation[]): number {
  return evaluations.reduce((sum, { accuracy }) => sum + accuracy, 0) / evaluations.length;
}
