import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { checkTraining, checkTrainingInputs } from '../settings/check-training.ts';
import { trainingContinuation } from '../settings/continuation.ts';
import type { WeightsFacts } from '../settings/output-facts.ts';
import { trainingProperties, trainingRequired } from '../settings/training.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: trainingRequired,
  properties: {
    ...trainingProperties,
    stochasticDepth: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: 'Chance that the last block is left out of a training step, falling along a line to 0 at the first.',
    },
  },
} as const;

export type TrainTeacherConfig = ValueOf<typeof config>;

/** The stage kind `train-teacher`: cross-entropy on clean views, with weight averaging. */
export function trainTeacher(services: Services): Definition<TrainTeacherConfig> {
  return {
    uses: 'train-teacher',
    summary: 'Trains a network on clean views with cross-entropy, averaging its weights on the way.',
    version: 2,
    lane: 'gpu',
    config,
    inputs: {
      dataset: { summary: 'Images and labels.' },
      initial: { summary: 'The weights to start from.' },
    },
    outputs: {
      weights: { file: 'weights.safetensors', summary: 'The trained (and averaged) weights.' },
      history: { file: 'history.json', summary: 'Loss and accuracy of every epoch.' },
    },
    check: checkTraining,
    checkInputs: checkTrainingInputs,
    outputFacts: (config) => ({ weights: { network: config['network'] } as WeightsFacts }),
    continuation: trainingContinuation,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
