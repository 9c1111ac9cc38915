import type { ContextOf, StageShape } from '../define.ts';
import { networkSchema } from '../settings/networks.ts';
import { randAugmentSchema, viewsSchema } from '../settings/views.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['seed', 'views'],
  properties: {
    seed: {
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      description: 'Seed of the training whose views are drawn.',
    },
    views: viewsSchema,
    randAugment: {
      ...randAugmentSchema,
      description: 'If set, noisy views and each operation are drawn, too.',
    },
    network: {
      ...networkSchema,
      description: 'What the weights of teacher and student are of; needed where they are given.',
    },
    images: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 9,
      description: 'Number of images to draw, from the first.',
    },
    epoch: { type: 'integer', minimum: 1, maximum: 10000, default: 1, description: 'The epoch whose views are drawn.' },
  },
} as const;

/** The inputs for weights, the most important one first. */
export const models = ['student', 'teacher'] as const;

/** The configuration, inputs and outputs of this stage kind. */
export const drawViewsShape = {
  schema,
  inputs: {
    dataset: { summary: 'Training images.' },
    corrupted: { summary: 'Corrupted test images, in the layout of CIFAR-10-C.', optional: true },
    student: { summary: 'Weights of a network to run on every picture.', optional: true },
    teacher: { summary: 'Weights of another one.', optional: true },
  },
  outputs: {
    pictures: {
      file: 'pictures',
      directory: true,
      summary:
        'PNGs, and index.json: the title of each, with the labels, the operations and the answers for its pictures.',
    },
  },
} as const satisfies StageShape;

export type DrawViewsContext = ContextOf<typeof drawViewsShape>;
export type DrawViewsConfig = DrawViewsContext['config'];
