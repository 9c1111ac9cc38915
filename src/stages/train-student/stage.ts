import { classes, epochOrder } from '../../data/index.ts';
import type { Objective } from '../../nn/index.ts';
import type { BuiltInProgram } from '../define.ts';
import { readSplit } from '../files/dataset-file.ts';
import { type LogitsReader, openLogits } from '../files/logits-file.ts';
import { openTrainingLoader, type TrainingLoaderOptions } from '../loaders/training-loader.ts';
import { viewSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { splitForValidation } from '../settings/held-out.ts';
import { smoothing, trainingSettings } from '../settings/training-settings.ts';
import { runTraining } from '../train.ts';
import type { TrainStudentConfig, TrainStudentContext } from './config.ts';

/** Trains on noisy views with cross-entropy and the teacher's cached logits. */
export function program(services: Services): BuiltInProgram<TrainStudentContext> {
  return {
    async run(context) {
      const { config } = context;
      const split = await readSplit(context.inputs['dataset'], 'train');
      const { trained, firstHeldOut } = splitForValidation(split.labels.length, config.validation);
      const path = context.inputs['logits'];
      const logits =
        path === undefined ? undefined : await openLogits(path, { epochs: config.epochs, images: trained, classes });
      const loader: Omit<TrainingLoaderOptions, 'teacherLogits'> = {
        split,
        images: trained,
        labelledImages: config.labelledImages ?? trained,
        spec: viewSpec(config.views, config.randAugment, config.augMix),
        kinds: viewKinds(config),
        seed: config.seed,
        batchSize: config.batchSize,
        dropLastBatch: config.dropLastBatch,
        shuffleBuffer: config.shuffleBuffer,
        workers: config.workers ?? services.viewWorkers,
        signal: context.signal,
      };
      const data = openTrainingLoader({
        ...loader,
        ...(logits && { teacherLogits: cachedLogits(logits, config, trained) }),
      });
      try {
        return await runTraining(context, services, {
          settings: trainingSettings(config, { objective: objectiveOf(config, logits), stochasticDepth: 0 }),
          data,
          // The views that the weights were trained on.
          refresh: config.averaging?.refreshBatchNorm ? data : undefined,
          validation: { split, first: firstHeldOut },
          checkpointSeconds: config.checkpointSeconds,
        });
      } finally {
        await Promise.all([data.close(), logits?.close()]);
      }
    },
  };
}

function viewKinds({ randAugment, augMix }: TrainStudentConfig): TrainingLoaderOptions['kinds'] {
  if (augMix) return ['clean', 'mixed-1', 'mixed-2'];
  return randAugment ? ['noisy'] : ['clean'];
}

function objectiveOf(config: TrainStudentConfig, logits: LogitsReader | undefined): Objective {
  const { augMix } = config;
  if (augMix) return { kind: 'consistency', weight: augMix.consistencyWeight, ...smoothing(config) };
  return logits ? { kind: 'distillation', ...config } : { kind: 'cross-entropy', ...smoothing(config) };
}

/**
 * Looks up the teacher's logits: those of the same image or, as in the published code, those of the image that a second, independent
 * shuffle has at the same position.
 */
function cachedLogits(
  logits: LogitsReader,
  { pairing, seed, shuffleBuffer }: Pick<TrainStudentConfig, 'pairing' | 'seed' | 'shuffleBuffer'>,
  images: number,
): NonNullable<TrainingLoaderOptions['teacherLogits']> {
  const otherSeed = (seed + 1) % 2 ** 32;
  return async (epoch, { first, indices }) => {
    const all = await logits.epoch(epoch);
    const asked =
      pairing === 'same-image'
        ? indices
        : epochOrder(otherSeed, epoch, images, shuffleBuffer).subarray(first, first + indices.length);
    const rows = new Float32Array(indices.length * logits.classes);
    asked.forEach((image, row) => {
      rows.set(all.subarray(image * logits.classes, (image + 1) * logits.classes), row * logits.classes);
    });
    return rows;
  };
}
