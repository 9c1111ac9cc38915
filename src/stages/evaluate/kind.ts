import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkNetworkOf } from '../settings/output-facts.ts';
import { evaluateShape } from './config.ts';

/** The stage kind `evaluate`: accuracy on the clean test images and on every corruption. */
export function evaluate(services: Services): StageDefinition {
  const stage = defineStage({
    ...evaluateShape,
    summary: 'Measures accuracy on the clean test images and on each corruption at each severity.',
    lane: 'gpu',
    checkInputs: ({ network }, facts) => checkNetworkOf(facts, 'weights', network),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'evaluate', version: 2 });
}
