import type { ContextOf, StageShape } from '../define.ts';
import { trainingProperties, trainingRequired } from '../settings/training.ts';

const schema = {
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
      description:
        'Probability that a training step skips the last block; it decreases linearly to 0 at the first block.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const trainTeacherShape = {
  schema,
  inputs: {
    dataset: { summary: 'Images and labels.' },
    initial: { summary: 'The weights to start from.' },
  },
  outputs: {
    weights: { file: 'weights.safetensors', summary: 'The trained (and averaged) weights.' },
    history: { file: 'history.json', summary: 'Loss and accuracy of every epoch.' },
  },
} as const satisfies StageShape;

export type TrainTeacherContext = ContextOf<typeof trainTeacherShape>;
export type TrainTeacherConfig = TrainTeacherContext['config'];
