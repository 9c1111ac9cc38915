import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { cifar10cShape } from './config.ts';
import { checkCorruptions } from './corruptions.ts';

/** The stage kind `cifar10c`: corrupted test images, official or generated, in the layout of CIFAR-10-C. */
export function cifar10c(services: Services): StageDefinition {
  const stage = defineStage({
    ...cifar10cShape,
    summary: 'Corrupts the test images (Hendrycks & Dietterich 2019), or takes the official CIFAR-10-C files.',
    check: checkCorruptions,
    // Loaded on demand: every pipeline loads this file, and corruptions take time to load.
    source: async (config, world) => (await import('./source.ts')).sourceOf(config, world, services.cacheDirectory),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'cifar10c', version: 2 });
}
