import type { StageDefinition } from '../../engine/definition.ts';
import type { ConfigIssue, OutputFacts } from '../../schema/kind.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkTraining, checkTrainingInputs } from '../settings/check-training.ts';
import { trainingContinuation } from '../settings/continuation.ts';
import { epochsOf, weightsFacts } from '../settings/output-facts.ts';
import { type TrainStudentConfig, trainStudentShape } from './config.ts';

/** The stage kind `train-student`: cross-entropy on noisy views, and consistency with the teacher's cached logits. */
export function trainStudent(services: Services): StageDefinition {
  const stage = defineStage({
    ...trainStudentShape,
    summary: "Trains a network on noisy views with cross-entropy and the teacher's softened logits.",
    lane: 'gpu',
    check: (config) => [...checkTraining(config), ...checkAugMix(config)],
    checkInputs: (config, facts) => [...checkTrainingInputs(config, facts), ...checkLogits(config, facts)],
    outputFacts: ({ network }) => ({ weights: weightsFacts(network) }),
    continuation: trainingContinuation,
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, { uses: 'train-student', version: 2 });
}

/** Two ways to make views at the same time. */
function checkAugMix({ randAugment, augMix }: TrainStudentConfig): readonly ConfigIssue[] {
  if (!randAugment || !augMix) return [];
  const message = 'augMix makes its own views from clean ones, but randAugment is set, too';
  return [{ path: ['augMix'], message, hint: 'remove one of them, e.g. with randAugment: null in an overlay' }];
}

/** Logits that are not needed, or for fewer epochs than the student trains. */
function checkLogits({ epochs, augMix }: TrainStudentConfig, facts: OutputFacts): readonly ConfigIssue[] {
  if (facts['logits'] && augMix) {
    const message = 'augMix compares the network\'s own answers, but its input "logits" provides those of a teacher';
    return [{ path: ['augMix'], message, hint: 'remove the input or augMix' }];
  }
  const covered = epochsOf(facts, 'logits');
  if (covered === undefined || covered >= epochs) return [];
  return [
    {
      path: ['epochs'],
      message: `the teacher's logits cover ${covered} of ${epochs} epochs`,
      hint: 'set the same epochs for the stage that caches logits',
    },
  ];
}
