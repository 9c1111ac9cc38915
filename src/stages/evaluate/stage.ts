import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CorruptionName, cifar10cFile, labelsFile, openNpy, type Severity, viewDtype } from '../../data/index.ts';
import { cleanSet, corruptedSet, writeAnswers } from '../../evaluation/answers.ts';
import { writeDetails } from '../../evaluation/details.ts';
import { writeMetrics } from '../../evaluation/metrics.ts';
import { type Scores, scoresOf } from '../../evaluation/scores.ts';
import { metricsOf } from '../../evaluation/summary.ts';
import { type Classifier, openClassifier, streamLogits } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';
import type { BuiltInProgram } from '../define.ts';
import { type CorruptedIndex, readCorruptedIndex } from '../files/corrupted-folder.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import { deviceJson, ranOn, warnOfOthers } from '../files/devices.ts';
import { type FinishedParts, finishedParts } from '../files/finished-parts.ts';
import { readWeights } from '../files/weights-file.ts';
import { openEvaluationLoader } from '../loaders/evaluation-loader.ts';
import { wholeSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { buildNetwork } from '../settings/networks.ts';
import type { EvaluateContext } from './config.ts';

/** Measures one network on the clean test images, then on every corruption; continues after the last finished one. */
export function program(services: Services): BuiltInProgram<EvaluateContext> {
  return {
    async run(context) {
      const { config, inputs, outputs } = context;
      const network = buildNetwork(config.network);
      const test = await readSplit(inputs['dataset'], 'test');
      if (test.labels.length === 0) throw new StageError('there are no images to evaluate on');
      const folder = inputs['corrupted'];
      const index = folder === undefined ? undefined : { folder, ...(await readCorruptedIndex(folder)) };
      const backend = await services.backend();
      const pixels = viewDtype(wholeSpec(network.imageSize), 'whole');
      const weights = await readWeights(inputs['weights'], network);
      const classifier = openClassifier(backend, network, weights, { size: config.batchSize, pixels });
      const parts = await finishedParts(context.checkpoints, deviceJson(backend));
      warnOfOthers(context, parts.devices);
      const ask = askerOf(context, services, parts, { classifier, imageSize: network.imageSize });
      const total = (index?.corruptions.length ?? 0) * (index?.severities.length ?? 0) + 1;
      const logits = new Map<string, Float32Array>();
      const measure = async (set: string, split: () => Promise<Split>): Promise<Scores> => {
        context.report({ label: set, done: logits.size, total, unit: 'sets' });
        const answers = await ask(set, split);
        logits.set(set, answers);
        // Corrupted images are the first of the test images, in their order.
        return scoresOf(answers, test.labels.subarray(0, answers.length / network.classes), network.classes);
      };
      try {
        const clean = await measure(cleanSet, async () => test);
        const corrupted: Partial<Record<CorruptionName, Partial<Record<Severity, Scores>>>> = {};
        for (const { name, severity, split } of index ? corruptedSplits(index.folder, index) : []) {
          const measured = await measure(corruptedSet(name, severity), split);
          corrupted[name] = { ...corrupted[name], [severity]: measured };
        }
        const sets = { clean, corrupted: corrupted as Record<string, Record<string, Scores>> };
        const metrics = metricsOf({
          ...sets,
          images: describeImages(test.source, index),
          notEvaluated: index?.notEvaluated ?? {},
        });
        await writeFile(outputs['metrics'], writeDetails({ ...sets, metrics }));
        await writeAnswers(
          outputs['answers'],
          { labels: test.labels, logits, classes: network.classes },
          (set) => config.keepLogits === 'all' || set === cleanSet,
        );
        return {
          metrics: writeMetrics(metrics),
          provenance: ranOn(parts.devices),
        };
      } finally {
        classifier.dispose();
      }
    },
  };
}

/** Runs the network on a set of images once, even if the stage is interrupted afterwards. */
function askerOf(
  context: EvaluateContext,
  { viewWorkers }: Services,
  parts: FinishedParts,
  { classifier, imageSize }: { readonly classifier: Classifier; readonly imageSize: number },
) {
  const { batchSize, classes } = classifier;
  return async (set: string, split: () => Promise<Split>): Promise<Float32Array> => {
    const bytes = await parts.part(set, async () => {
      const images = await split();
      const loader = openEvaluationLoader({
        split: images,
        imageSize,
        batchSize,
        workers: viewWorkers,
        signal: context.signal,
      });
      const answers = new Float32Array(images.labels.length * classes);
      let done = 0;
      try {
        for await (const { logits } of streamLogits(classifier, loader.batches(), context.signal)) {
          answers.set(logits, done);
          done += logits.length;
        }
      } finally {
        await loader.close();
      }
      return new Uint8Array(answers.buffer);
    });
    return new Float32Array(bytes.slice().buffer);
  };
}

/** The sets of a folder of corrupted images, in its order. */
function corruptedSplits(folder: string, index: CorruptedIndex) {
  return index.corruptions.flatMap((name) =>
    index.severities.map((severity) => ({
      name,
      severity,
      split: () => readCorrupted(folder, index, name, severity),
    })),
  );
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

function describeImages(source: string, index: CorruptedIndex | undefined): string {
  if (!index) return source;
  return `${source}; ${index.source}, ${index.images} images at severity ${index.severities.join(', ')}`;
}
