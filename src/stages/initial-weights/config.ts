import type { FromSchema } from 'json-schema-to-ts';
import type { Definition } from '../../engine/definition.ts';
import type { Services } from '../services.ts';
import { networkSchema } from '../settings/network.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: ['network', 'seed'],
  properties: {
    network: networkSchema,
    seed: { type: 'integer', minimum: 0, maximum: 4294967295 },
  },
} as const;

export type InitialWeightsConfig = FromSchema<typeof config>;

/** The stage kind `initial-weights`: one draw of random weights, for every network that is to start alike. */
export function initialWeights(_services: Services): Definition<InitialWeightsConfig> {
  return {
    uses: 'initial-weights',
    summary: 'Draws the initial weights of a network (Glorot uniform, as Keras does).',
    version: 1,
    lane: 'cpu',
    config,
    inputs: {},
    outputs: { weights: { file: 'weights.safetensors', summary: 'Every weight by its Keras name, float32.' } },
    load: async () => (await import('./stage.ts')).program,
  };
}
