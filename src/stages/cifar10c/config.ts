import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { checkCorruptions } from './corruptions.ts';

const config = {
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

export type Cifar10cConfig = ValueOf<typeof config>;

/** The stage kind `cifar10c`: corrupted test images, official or generated, in the layout of CIFAR-10-C. */
export function cifar10c(services: Services): Definition<Cifar10cConfig> {
  return {
    uses: 'cifar10c',
    summary: 'Corrupts the test images (Hendrycks & Dietterich 2019), or takes the official CIFAR-10-C files.',
    version: 2,
    lane: 'cpu',
    config,
    inputs: { dataset: { summary: 'Test images and labels.' } },
    outputs: {
      corrupted: {
        file: 'corrupted',
        directory: true,
        summary: 'A .npy per corruption, uint8 [severities x images, 32, 32, 3], labels.npy, and index.json.',
      },
    },
    check: checkCorruptions,
    // Loaded where such a stage is: every pipeline comes by here, and corruptions take their time to load.
    prepare: async (config, world, signal) =>
      (await import('./source.ts')).fetchFrost(config, world, { ...services, signal }),
    examine: async (config, world) => (await import('./source.ts')).examineOfficial(config, world),
    observe: async (config, world) =>
      (await import('./source.ts')).observeCorruptions(config, world, services.cacheDirectory),
    load: async () => (await import('./stage.ts')).program(services),
  };
}
