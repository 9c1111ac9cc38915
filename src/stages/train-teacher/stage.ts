import type { BuiltInProgram } from '../define.ts';
import { readSplit } from '../files/dataset-file.ts';
import { openTrainingLoader } from '../loaders/training-loader.ts';
import { viewSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { splitForValidation } from '../settings/held-out.ts';
import { smoothing, trainingSettings } from '../settings/training-settings.ts';
import { runTraining } from '../train.ts';
import type { TrainTeacherContext } from './config.ts';

/** Trains on clean views with cross-entropy. */
export function program(services: Services): BuiltInProgram<TrainTeacherContext> {
  return {
    async run(context) {
      const { config } = context;
      const { stochasticDepth } = config;
      const split = await readSplit(context.inputs['dataset'], 'train');
      const { trained, firstHeldOut } = splitForValidation(split.labels.length, config.validation);
      const data = openTrainingLoader({
        split,
        images: trained,
        labelledImages: trained,
        spec: viewSpec(config.views),
        kinds: ['clean'],
        seed: config.seed,
        batchSize: config.batchSize,
        dropLastBatch: config.dropLastBatch,
        shuffleBuffer: config.shuffleBuffer,
        workers: config.workers ?? services.viewWorkers,
        signal: context.signal,
      });
      try {
        return await runTraining(context, services, {
          settings: trainingSettings(config, {
            objective: { kind: 'cross-entropy', ...smoothing(config) },
            stochasticDepth,
          }),
          data,
          refresh: config.averaging?.refreshBatchNorm ? data : undefined,
          validation: { split, first: firstHeldOut },
          checkpointSeconds: config.checkpointSeconds,
        });
      } finally {
        await data.close();
      }
    },
  };
}
