import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import type { DatasetFacts } from '../settings/output-facts.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  properties: {
    directory: {
      type: 'string',
      minLength: 1,
      keyed: false,
      description: 'Folder of the binary or the Python format; by default the environment variable CIFAR10_DIR.',
    },
    otherwise: {
      type: 'string',
      enum: ['download', 'synthetic'],
      default: 'download',
      keyed: false,
      description: 'Where there is no folder: download the official archive, or draw synthetic images.',
    },
    archive: {
      type: 'string',
      pattern: '^https?://.+/[^/]+$',
      expects: 'the web address of a file',
      keyed: false,
      description: 'Another place to have the official archive from; its sha256 is checked all the same.',
    },
    trainImages: { type: 'integer', minimum: 1, maximum: 50000, default: 50000, description: 'Use the first so many.' },
    testImages: { type: 'integer', minimum: 1, maximum: 10000, default: 10000, description: 'Use the first so many.' },
  },
} as const;

export type Cifar10Config = ValueOf<typeof config>;

/** The stage kind `cifar10`: real images from a folder or the official archive, or synthetic ones, as one artifact. */
export function cifar10(services: Services): Definition<Cifar10Config> {
  return {
    uses: 'cifar10',
    summary: 'Loads CIFAR-10 from a folder or the official archive, or draws synthetic images in its format.',
    version: 1,
    lane: 'cpu',
    config,
    inputs: {},
    outputs: {
      dataset: {
        file: 'dataset.safetensors',
        summary: 'train_images, train_labels, test_images, test_labels (uint8, NHWC).',
      },
    },
    outputFacts: (config) => ({ dataset: { trainImages: config['trainImages'] as number } satisfies DatasetFacts }),
    // Loaded where such a stage is: every pipeline comes by here, and formats of images take their time to load.
    observe: async (config, world) => (await import('./source.ts')).observeSource(config, world),
    examine: async (config, world) => (await import('./source.ts')).examineFolder(config, world),
    async prepare(config, world, signal, report) {
      const { cifar10Folder, fetchArchive } = await import('./source.ts');
      if (!cifar10Folder(config, world) && config.otherwise === 'download') {
        await fetchArchive(config, services.cacheDirectory, signal, report);
      }
    },
    load: async () => (await import('./stage.ts')).program(services),
  };
}
