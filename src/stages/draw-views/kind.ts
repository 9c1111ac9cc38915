import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import { checkGeometry } from '../settings/check-training.ts';
import { drawViewsShape } from './config.ts';

/** The stage kind `draw-views`: pictures of what a network is shown. */
export function drawViews(): StageDefinition {
  const stage = defineStage({
    ...drawViewsShape,
    summary: 'Draws what networks are shown: images, their views in training, and what corruptions make of them.',
    check: ({ views }) => checkGeometry(views),
    run: async (context) => (await import('./stage.ts')).program().run(context),
  });
  return definitionOf(stage, { uses: 'draw-views', version: 1 });
}
