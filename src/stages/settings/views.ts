import type { ValueOf } from '../../schema/value-of.ts';

/** How a training view is made from an image: flip, pad, resize, crop. */
export const viewsSchema = {
  type: 'object',
  description: 'How a training view is made from an image: random flip, padding, bilinear resize, random crop.',
  additionalProperties: false,
  required: ['resize', 'crop'],
  properties: {
    padding: {
      type: 'integer',
      minimum: 0,
      maximum: 64,
      default: 0,
      description: 'Pixels of zeros added on each side.',
    },
    resize: { type: 'integer', minimum: 8, maximum: 512, description: 'Side of the (padded) image after the resize.' },
    crop: {
      type: 'integer',
      minimum: 8,
      maximum: 512,
      description: "Side of the random crop: the network's imageSize.",
    },
    geometry: {
      type: 'string',
      enum: ['shared', 'independent'],
      default: 'shared',
      description: 'Whether the clean and the noisy view of an image use the same flip and crop, or separate ones.',
    },
  },
} as const;

export type ViewSettings = ValueOf<typeof viewsSchema>;

/** RandAugment, which makes a view noisy. */
export const randAugmentSchema = {
  type: 'object',
  description: 'RandAugment (Cubuk et al. 2020) as in the TensorFlow Model Garden.',
  additionalProperties: false,
  required: ['layers', 'magnitude'],
  properties: {
    layers: { type: 'integer', minimum: 0, maximum: 16, description: 'Operations applied one after another.' },
    magnitude: { type: 'number', minimum: 0, maximum: 10, description: 'Strength of every operation, 0 to 10.' },
    translate: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 100,
      description: 'Pixels an image is shifted by at magnitude 10.',
    },
    cutout: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 40,
      description: 'Half the side of the grey box at magnitude 10, pixels.',
    },
    fill: {
      type: 'string',
      enum: ['reflect', 'grey'],
      default: 'reflect',
      description:
        'How shear, translate and rotate fill uncovered pixels: by reflection, as the Model Garden does, or with grey 128.',
    },
    contrast: {
      type: 'string',
      enum: ['legacy', 'fixed'],
      default: 'legacy',
      description:
        'Contrast against a constant near black, as the Model Garden did, or against the mean, as since 2.19.1.',
    },
  },
} as const;

/** AugMix, which makes two more views for which the network should give the same answer. */
export const augMixSchema = {
  type: 'object',
  description:
    'AugMix (Hendrycks et al. 2020): the network learns the clean view from its label, and learns to give the same answer for two mixes of it. Replaces randAugment and the teacher.',
  additionalProperties: false,
  properties: {
    severity: {
      type: 'number',
      exclusiveMinimum: 0.1,
      maximum: 10,
      default: 3,
      description: 'Strength of every operation, up to 10.',
    },
    width: {
      type: 'integer',
      minimum: 1,
      maximum: 16,
      default: 3,
      description: 'Chains of operations that are mixed.',
    },
    depth: {
      type: 'integer',
      minimum: 1,
      maximum: 16,
      description: 'Operations per chain (default: 1 to 3, drawn for each chain).',
    },
    consistencyWeight: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 12,
      description: 'Weight of the Jensen-Shannon divergence of the three answers.',
    },
  },
} as const;

export type AugMixSettings = ValueOf<typeof augMixSchema>;

export type RandAugmentSettings = ValueOf<typeof randAugmentSchema>;
