import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkViews } from '../settings/check-training.ts';
import { checkNetworkOf, logitsFacts } from '../settings/output-facts.ts';
import { teacherLogitsShape } from './config.ts';

/** The stage kind `teacher-logits`: the teacher's logits for every view that the student will need them for. */
export function teacherLogits(services: Services): StageDefinition {
  const stage = defineStage({
    ...teacherLogitsShape,
    summary: "Caches the teacher's logits, before temperature, for the view of every image in every epoch.",
    lane: 'gpu',
    check: checkViews,
    checkInputs: ({ network }, facts) => checkNetworkOf(facts, 'weights', network),
    outputFacts: ({ epochs }) => ({ logits: logitsFacts(epochs) }),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'teacher-logits', version: 2 });
}
