import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { datasetFacts } from '../settings/output-facts.ts';
import { cifar10Shape, officialTrainImages } from './config.ts';

/** The stage kind `cifar10`: real images from a folder or the official archive, or synthetic ones, as one artifact. */
export function cifar10(services: Services): StageDefinition {
  const stage = defineStage({
    ...cifar10Shape,
    summary: 'Loads CIFAR-10 from a folder or the official archive, or draws synthetic images in its format.',
    outputFacts: ({ trainImages, heldOut = 0 }) => ({
      dataset: datasetFacts(Math.min(trainImages, officialTrainImages - heldOut)),
    }),
    // Loaded on demand: every pipeline loads this file, and the code for image formats takes time to load.
    source: async (config, world) => (await import('./source.ts')).sourceOf(config, world, services.cacheDirectory),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'cifar10', version: 1 });
}
