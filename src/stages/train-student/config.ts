import type { ContextOf, StageShape } from '../define.ts';
import { trainingProperties, trainingRequired } from '../settings/training.ts';
import { augMixSchema, randAugmentSchema } from '../settings/views.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: trainingRequired,
  properties: {
    ...trainingProperties,
    randAugment: randAugmentSchema,
    augMix: augMixSchema,
    temperature: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 10,
      description: 'Divides the logits of both networks before the softmax of the distillation term.',
    },
    temperatureSquared: {
      type: 'boolean',
      default: false,
      description:
        "Multiplies the distillation term by T squared, which keeps its gradient as large as cross-entropy's (Hinton et al. 2015, section 2).",
    },
    crossEntropyWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0.5,
      description: 'Weight of the cross-entropy with the labels; 1 without logits.',
    },
    distillationWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0.5,
      description: 'Weight of the divergence from the teacher.',
    },
    confidence: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Skips the distillation term for images where the teacher's largest probability (at T = 1) is below this.",
    },
    pairing: {
      type: 'string',
      enum: ['same-image', 'as-published'],
      default: 'same-image',
      description:
        'Which logits are paired with a noisy view: those of the same image or, as in the published code, those of another image.',
    },
    labelledImages: {
      type: 'integer',
      minimum: 1,
      maximum: 50000,
      description:
        'Number of images, from the first, whose labels are used; the others contribute only to the distillation term.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const trainStudentShape = {
  schema,
  inputs: {
    dataset: { summary: 'Images and labels.' },
    initial: { summary: 'The weights to start from.' },
    logits: { summary: "The teacher's cached logits; without them there is no distillation.", optional: true },
  },
  outputs: {
    weights: { file: 'weights.safetensors', summary: 'The trained weights.' },
    history: { file: 'history.json', summary: 'Loss and accuracy of every epoch.' },
  },
} as const satisfies StageShape;

export type TrainStudentContext = ContextOf<typeof trainStudentShape>;
export type TrainStudentConfig = TrainStudentContext['config'];
