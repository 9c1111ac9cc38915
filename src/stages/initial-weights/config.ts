import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { networkSchema } from '../settings/networks.ts';
import type { WeightsFacts } from '../settings/output-facts.ts';
import { examineFile, observeFile } from './file.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: ['network', 'seed'],
  properties: {
    network: networkSchema,
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Of the draw.' },
    draw: {
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      description: 'Which draw of that seed, the first being 0: for networks that are not to start alike in any seed.',
    },
    file: {
      type: 'string',
      minLength: 1,
      keyed: false,
      description:
        'A safetensors file of weights, by their Keras names, to take instead of drawing any; its content is part of the key. See docs/keras.md.',
    },
  },
} as const;

export type InitialWeightsConfig = ValueOf<typeof config>;

/** The stage kind `initial-weights`: one draw of random weights, or the weights of a file, for every network that is to start alike. */
export function initialWeights(services: Services): Definition<InitialWeightsConfig> {
  return {
    uses: 'initial-weights',
    summary: 'Draws the initial weights of a network (Glorot uniform, as Keras does), or takes those of a file.',
    version: 1,
    lane: 'cpu',
    config,
    inputs: {},
    outputs: { weights: { file: 'weights.safetensors', summary: 'Every weight by its Keras name, float32.' } },
    outputFacts: (config) => ({ weights: { network: config['network'] } as WeightsFacts }),
    observe: observeFile,
    examine: examineFile,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
