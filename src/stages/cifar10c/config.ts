import type { ContextOf, StageShape } from '../define.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    directory: {
      type: 'string',
      minLength: 1,
      keyed: false,
      description:
        'Folder of the official CIFAR-10-C .npy files; by default CIFAR10C_DIR; without one they are generated.',
    },
    corruptions: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      uniqueItems: true,
      description: 'Names of corruptions; by default all 19.',
    },
    severities: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 5 },
      minItems: 1,
      uniqueItems: true,
      default: [5],
      description: 'How strong the corruptions are, from 1 to 5.',
    },
    images: {
      type: 'integer',
      minimum: 1,
      maximum: 10000,
      default: 10000,
      description: 'Use the first so many test images.',
    },
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, default: 0, description: 'Of the generated noise.' },
  },
} as const;

/** What a stage of this kind is told, reads and writes. */
export const cifar10cShape = {
  schema,
  inputs: { dataset: { summary: 'Test images and labels.' } },
  outputs: {
    corrupted: {
      file: 'corrupted',
      directory: true,
      summary: 'A .npy per corruption, uint8 [severities x images, 32, 32, 3], labels.npy, and index.json.',
    },
  },
} as const satisfies StageShape;

export type Cifar10cContext = ContextOf<typeof cifar10cShape>;
export type Cifar10cConfig = Cifar10cContext['config'];
