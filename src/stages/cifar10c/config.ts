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
        'Folder of the official CIFAR-10-C .npy files (default: CIFAR10C_DIR). Without a folder, the corruptions are generated.',
    },
    corruptions: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      uniqueItems: true,
      description: 'Names of corruptions (default: all 19).',
    },
    severities: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 5 },
      minItems: 1,
      uniqueItems: true,
      default: [5],
      description: 'Severities of the corruptions, from 1 to 5.',
    },
    images: {
      type: 'integer',
      minimum: 1,
      maximum: 10000,
      default: 10000,
      description: 'Number of test images to use, from the first.',
    },
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, default: 0, description: 'Seed of the generated noise.' },
    workers: {
      type: 'integer',
      minimum: 0,
      maximum: 256,
      keyed: false,
      description:
        'Threads that generate corruptions (default: the number of cores, at most 16). Does not change the result.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const cifar10cShape = {
  schema,
  inputs: { dataset: { summary: 'Test images and labels.' } },
  outputs: {
    corrupted: {
      file: 'corrupted',
      directory: true,
      summary: 'One .npy file per corruption, uint8 [severities x images, 32, 32, 3], labels.npy, and index.json.',
    },
  },
} as const satisfies StageShape;

export type Cifar10cContext = ContextOf<typeof cifar10cShape>;
export type Cifar10cConfig = Cifar10cContext['config'];
