import type { FromSchema } from 'json-schema-to-ts';

/** Which network: `network` of every stage that builds one. */
export const networkSchema = {
  type: 'object',
  description: 'The network: resnet50v2, or resnet, a small pre-activation ResNet.',
  additionalProperties: false,
  required: ['kind', 'imageSize'],
  properties: {
    kind: {
      type: 'string',
      enum: ['resnet50v2', 'resnet'],
      description: 'ResNet50V2 as in Keras, or a small ResNet of the channels given.',
    },
    imageSize: { type: 'integer', minimum: 8, maximum: 512, description: 'Side of the square input, in pixels.' },
    channels: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 4096 },
      minItems: 1,
      maxItems: 64,
      description:
        'resnet only: channels of the first convolution, then of each block; where they grow, the image halves.',
    },
  },
} as const;

export type NetworkSettings = FromSchema<typeof networkSchema>;
