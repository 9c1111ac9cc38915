import type { ContextOf, StageShape } from '../define.ts';

/** Training images of the full set. */
export const officialTrainImages = 50_000;

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    directory: {
      type: 'string',
      minLength: 1,
      keyed: false,
      description: 'Folder with the binary or the Python format (default: the environment variable CIFAR10_DIR).',
    },
    otherwise: {
      type: 'string',
      enum: ['download', 'synthetic'],
      default: 'download',
      keyed: false,
      description: 'What to do without a folder: download the official archive, or draw synthetic images.',
    },
    archive: {
      type: 'string',
      pattern: '^https?://.+/[^/]+$',
      expects: 'the URL of a file',
      keyed: false,
      description: 'Another URL of the official archive; its sha256 is still checked.',
    },
    trainImages: {
      type: 'integer',
      minimum: 1,
      maximum: officialTrainImages,
      default: officialTrainImages,
      description: 'Number of images to use, from the first.',
    },
    testImages: {
      type: 'integer',
      minimum: 1,
      maximum: 10000,
      default: 10000,
      description: 'Number of images to use, from the first.',
    },
    heldOut: {
      type: 'integer',
      minimum: 1,
      maximum: 40000,
      description:
        'Number of training images, from the last, that replace the test images, so that settings can be searched without using those.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const cifar10Shape = {
  schema,
  inputs: {},
  outputs: {
    dataset: {
      file: 'dataset.safetensors',
      summary: 'train_images, train_labels, test_images, test_labels (uint8, NHWC).',
    },
  },
} as const satisfies StageShape;

export type Cifar10Context = ContextOf<typeof cifar10Shape>;
export type Cifar10Config = Cifar10Context['config'];
