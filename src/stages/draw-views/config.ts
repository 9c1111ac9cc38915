import type { ContextOf, StageShape } from '../define.ts';
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
      description: 'That of the training whose views are drawn.',
    },
    views: viewsSchema,
    randAugment: {
      ...randAugmentSchema,
      description: 'Where given, noisy views and each of its operations are drawn, too.',
    },
    images: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 9,
      description: 'How many images are drawn, the first ones.',
    },
    epoch: { type: 'integer', minimum: 1, maximum: 10000, default: 1, description: 'The epoch whose views are drawn.' },
  },
} as const;

/** What a stage of this kind is told, reads and writes. */
export const drawViewsShape = {
  schema,
  inputs: {
    dataset: { summary: 'Training images.' },
    corrupted: { summary: 'Corrupted test images, in the layout of CIFAR-10-C.', optional: true },
  },
  outputs: {
    pictures: {
      file: 'pictures',
      directory: true,
      summary: 'PNGs, and index.json with the title of each and what its cells show.',
    },
  },
} as const satisfies StageShape;

export type DrawViewsContext = ContextOf<typeof drawViewsShape>;
export type DrawViewsConfig = DrawViewsContext['config'];
