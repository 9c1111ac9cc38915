import type { ContextOf, StageShape } from '../define.ts';
import { networkSchema } from '../settings/networks.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['network', 'seed'],
  properties: {
    network: networkSchema,
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Seed of the draw.' },
    draw: {
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      description:
        'Which draw of that seed, from 0. Use different draws for networks that should not start with the same weights.',
    },
    file: {
      type: 'string',
      minLength: 1,
      keyed: false,
      description:
        'A safetensors file of weights, by their Keras names, to load instead of drawing them. Its content is part of the key. See docs/keras.md.',
    },
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const initialWeightsShape = {
  schema,
  inputs: {},
  outputs: { weights: { file: 'weights.safetensors', summary: 'Every weight by its Keras name, float32.' } },
} as const satisfies StageShape;

export type InitialWeightsContext = ContextOf<typeof initialWeightsShape>;
export type InitialWeightsConfig = InitialWeightsContext['config'];
