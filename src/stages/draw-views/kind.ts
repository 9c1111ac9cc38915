import type { StageDefinition } from '../../engine/definition.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkGeometry, checkViews } from '../settings/check-training.ts';
import { checkNetworkOf } from '../settings/output-facts.ts';
import { drawViewsShape, models } from './config.ts';

/** The stage kind `draw-views`: pictures of what a network sees. */
export function drawViews(services: Services): StageDefinition {
  const stage = defineStage({
    ...drawViewsShape,
    summary: 'Draws what networks are shown, and what they say: images, their views in training, and corrupted ones.',
    lane: 'gpu',
    check: ({ views, network }) => (network ? checkViews({ views, network }) : checkGeometry(views)),
    checkInputs: ({ network }, facts) =>
      models.flatMap((input) => {
        if (!facts[input]) return [];
        return network ? checkNetworkOf(facts, input, network) : [withoutNetwork(input)];
      }),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'draw-views', version: 2 });
}

function withoutNetwork(input: string): ConfigIssue {
  return {
    path: [],
    message: `its input "${input}" provides weights, but the setting "network" is missing`,
    hint: 'add the setting "network" of the stage that makes the weights',
  };
}
