import type { ContextOf, StageShape } from '../define.ts';
import { networkSchema } from '../settings/networks.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['network'],
  properties: {
    network: networkSchema,
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 250,
      description: 'Images per batch.',
    },
    keepLogits: {
      type: 'string',
      enum: ['all', 'clean'],
      default: 'all',
      description:
        'Sets of images whose logits are kept, as float16 (20 bytes per image). Predictions (one byte each) are kept for all sets.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const evaluateShape = {
  schema,
  inputs: {
    dataset: { summary: 'Test images and labels.' },
    weights: { summary: 'The weights to evaluate.' },
    corrupted: { summary: 'Corrupted test images, in the layout of CIFAR-10-C.', optional: true },
  },
  outputs: {
    metrics: {
      file: 'metrics.json',
      summary: 'Accuracy, loss, calibration and confusion of every set of images; means.',
    },
    answers: {
      file: 'answers.safetensors',
      summary: 'Labels, and for every set of images the predictions (uint8) and logits (float16 [images, classes]).',
    },
  },
} as const satisfies StageShape;

export type EvaluateContext = ContextOf<typeof evaluateShape>;
export type EvaluateConfig = EvaluateContext['config'];
