import type { ValueOf } from '../../schema/value-of.ts';
import { networkSchema } from './networks.ts';
import { viewsSchema } from './views.ts';

const monitorSchema = {
  type: 'string',
  enum: ['loss', 'accuracy'],
  description: 'The validation metric to watch: loss (lower is better) or accuracy (higher is better).',
} as const;

/** Adam, as Keras computes it. */
const optimizerSchema = {
  type: 'object',
  description: 'Adam (Kingma & Ba 2015).',
  additionalProperties: false,
  required: ['learningRate'],
  properties: {
    learningRate: { type: 'number', exclusiveMinimum: 0, maximum: 10, description: 'Learning rate of the first step.' },
    decay: {
      type: 'string',
      enum: ['constant', 'linear', 'cosine'],
      default: 'constant',
      description: 'How the learning rate decreases over the run: not at all, or to 0 linearly or along a half cosine.',
    },
    beta1: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'Decay rate of the mean of gradients, per step.',
    },
    beta2: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'Decay rate of the mean of squared gradients, per step.',
    },
    epsilon: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-7,
      description: 'Small constant that keeps the division by the root of squared gradients stable.',
    },
    epsilonForm: {
      type: 'string',
      enum: ['keras', 'tfjs'],
      default: 'keras',
      description:
        'Whether epsilon is added to the uncorrected root of v (Keras) or to the bias-corrected one (TensorFlow.js).',
    },
  },
} as const;

const averagingSchema = {
  type: 'object',
  description: 'Weight averaging during training; the averages become the weights.',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: {
      type: 'string',
      enum: ['none', 'swa', 'moving-average', 'epoch'],
      description:
        'none; swa (equal mean of snapshots every `period` steps); moving-average (exponential); epoch (equal mean of epoch ends).',
    },
    start: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'First step that is averaged (for `epoch`: first epoch), counted from 0.',
    },
    period: { type: 'integer', minimum: 1, default: 10, description: 'swa: steps between snapshots.' },
    decay: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.99,
      description: 'moving-average: weight of the previous average.',
    },
    dynamic: {
      type: 'boolean',
      default: false,
      description: 'moving-average: min(decay, (1 + n) / (10 + n)) at step n.',
    },
    assign: {
      type: 'boolean',
      default: true,
      description: 'Whether the averages become the weights; the published code omitted this.',
    },
    refreshBatchNorm: {
      type: 'boolean',
      default: true,
      description: 'Whether batch-norm statistics are recomputed for the averaged weights.',
    },
  },
} as const;

const reduceLearningRateSchema = {
  type: 'object',
  description: 'ReduceLROnPlateau, as in Keras.',
  additionalProperties: false,
  required: ['monitor', 'factor', 'patience'],
  properties: {
    monitor: monitorSchema,
    factor: {
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Factor by which the learning rate is reduced.',
    },
    patience: { type: 'integer', minimum: 1, description: 'Epochs without improvement before the rate is reduced.' },
    minDelta: {
      type: 'number',
      minimum: 0,
      default: 1e-4,
      description: 'Smallest change that counts as an improvement.',
    },
    cooldown: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Epochs after a reduction that do not count as epochs without improvement.',
    },
    minimum: { type: 'number', minimum: 0, default: 0, description: 'Lower bound of the learning rate.' },
  },
} as const;

const earlyStoppingSchema = {
  type: 'object',
  description: 'EarlyStopping, as in Keras.',
  additionalProperties: false,
  required: ['monitor', 'patience'],
  properties: {
    monitor: monitorSchema,
    patience: { type: 'integer', minimum: 1, description: 'Epochs without improvement before training stops.' },
    minDelta: { type: 'number', minimum: 0, default: 0, description: 'Smallest change that counts as an improvement.' },
    restore: {
      type: 'string',
      enum: ['at-stop', 'always', 'never'],
      default: 'at-stop',
      description:
        'When the best weights are restored: only when stopping early (Keras 2), always at the end (Keras 3), or never.',
    },
  },
} as const;

const validationSchema = {
  type: 'object',
  description: 'Holds out the last training images for validation.',
  additionalProperties: false,
  required: ['images'],
  properties: {
    images: { type: 'integer', minimum: 1, description: 'Number of images to hold out.' },
    overlap: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Number of held-out images that are also trained on; 1 in the published code.',
    },
  },
} as const;

/** The settings that teacher and student share. */
export const trainingProperties = {
  network: networkSchema,
  seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Seeds the order of images and their views.' },
  epochs: { type: 'integer', minimum: 1, maximum: 10000, description: 'Maximum number of passes over the images.' },
  batchSize: {
    type: 'integer',
    minimum: 1,
    maximum: 65536,
    description: 'Images per step; the last batch of an epoch may be smaller.',
  },
  dropLastBatch: {
    type: 'boolean',
    description: 'Whether an epoch drops the images that do not fill a batch; different ones in each epoch.',
  },
  shuffleBuffer: {
    type: 'integer',
    minimum: 1,
    maximum: 1000000000,
    description:
      "Shuffles through a buffer of this many images, like tf.data's shuffle, so no image comes much before its turn. Without it, every order is equally likely.",
  },
  views: viewsSchema,
  optimizer: optimizerSchema,
  averaging: averagingSchema,
  labelSmoothing: {
    type: 'number',
    exclusiveMinimum: 0,
    exclusiveMaximum: 1,
    description: 'The share of each label that all classes divide equally (Szegedy et al. 2016).',
  },
  reduceLearningRate: reduceLearningRateSchema,
  earlyStopping: earlyStoppingSchema,
  validation: validationSchema,
  batchNormVariance: {
    type: 'string',
    enum: ['unbiased', 'biased'],
    default: 'unbiased',
    description:
      'Which batch variance updates the moving statistics: unbiased, as in the fused operation of Keras 2, or biased (Keras 3).',
  },
  batchNormReplicas: {
    type: 'integer',
    minimum: 1,
    maximum: 1024,
    description:
      'Number of equal parts of a batch for which batch norm computes separate statistics, as in training on that many devices.',
  },
  precision: {
    type: 'string',
    enum: ['float32', 'bfloat16'],
    default: 'float32',
    description: 'Precision of convolutions; weights stay float32.',
  },
  workers: {
    type: 'integer',
    minimum: 0,
    maximum: 256,
    keyed: false,
    description: 'Threads that prepare views ahead of training (default: as many as help). Does not change the result.',
  },
  checkpointSeconds: {
    type: 'number',
    minimum: 0,
    default: 60,
    keyed: false,
    description: 'Seconds between checkpoints, from which an interrupted run continues; 0: at every step.',
  },
  keepEnd: {
    type: 'boolean',
    default: false,
    keyed: false,
    description:
      'Whether the final state is kept (about four times the size of the weights), so that `pipe run --continue` can add epochs.',
  },
} as const;

/** What every training stage must set. */
export const trainingRequired = ['network', 'seed', 'epochs', 'batchSize', 'views', 'optimizer', 'validation'] as const;

export type OptimizerSettings = ValueOf<typeof optimizerSchema>;
export type AveragingSettings = ValueOf<typeof averagingSchema>;
export type ReduceLearningRateSettings = ValueOf<typeof reduceLearningRateSchema>;
export type EarlyStoppingSettings = ValueOf<typeof earlyStoppingSchema>;
export type ValidationSettings = ValueOf<typeof validationSchema>;
