import type { StageDefinition } from '../../engine/definition.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkTraining, checkTrainingInputs } from '../settings/check-training.ts';
import { trainingContinuation } from '../settings/continuation.ts';
import { weightsFacts } from '../settings/output-facts.ts';
import { trainTeacherShape } from './config.ts';

/** The stage kind `train-teacher`: cross-entropy on clean views, with weight averaging. */
export function trainTeacher(services: Services): StageDefinition {
  const stage = defineStage({
    ...trainTeacherShape,
    summary: 'Trains a network on clean views with cross-entropy, averaging its weights during training.',
    lane: 'gpu',
    check: checkTraining,
    checkInputs: checkTrainingInputs,
    outputFacts: ({ network }) => ({ weights: weightsFacts(network) }),
    continuation: trainingContinuation,
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'train-teacher', version: 2 });
}
