import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { weightsFacts } from '../settings/output-facts.ts';
import { initialWeightsShape } from './config.ts';

/**
 * The stage kind `initial-weights`: one draw of random weights, or the weights of a file, for all networks that start with the same
 * weights.
 */
export function initialWeights(services: Services): StageDefinition {
  const stage = defineStage({
    ...initialWeightsShape,
    summary: 'Draws the initial weights of a network (Glorot uniform, as Keras does), or loads them from a file.',
    outputFacts: ({ network }) => ({ weights: weightsFacts(network) }),
    // Loaded on demand, as for images.
    source: async (config, world) => (await import('./source.ts')).sourceOf(config, world),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'initial-weights', version: 1 });
}
