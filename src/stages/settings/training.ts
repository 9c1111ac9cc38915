import type { ValueOf } from '../../schema/value-of.ts';
import { networkSchema } from './networks.ts';
import { viewsSchema } from './views.ts';

const monitorSchema = {
  type: 'string',
  enum: ['loss', 'accuracy'],
  description: 'The validation figure to watch: loss (lower is better) or accuracy (higher is better).',
} as const;

/** Adam, as Keras computes it. */
const optimizerSchema = {
  type: 'object',
  description: 'Adam (Kingma & Ba 2015).',
  additionalProperties: false,
  required: ['learningRate'],
  properties: {
    learningRate: { type: 'number', exclusiveMinimum: 0, maximum: 10, description: 'Of the first step.' },
    decay: {
      type: 'string',
      enum: ['constant', 'linear', 'cosine'],
      default: 'constant',
      description: 'How the learning rate falls over the run: not at all, or to 0 along a line or a half cosine.',
    },
    beta1: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'How much of the mean of gradients outlives a step.',
    },
    beta2: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'How much of the mean of squared gradients outlives a step.',
    },
    epsilon: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-7,
      description: 'Keeps the division by the root of squared gradients from blowing up.',
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
  description: 'Weight averaging along the run, whose result becomes the weights.',
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
      description: 'First step (of `epoch`: first epoch) that is averaged, from 0.',
    },
    period: { type: 'integer', minimum: 1, default: 10, description: 'swa: steps between snapshots.' },
    decay: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.99,
      description: 'moving-average: weight of the past.',
    },
    dynamic: {
      type: 'boolean',
      default: false,
      description: 'moving-average: min(decay, (1 + n) / (10 + n)) at step n.',
    },
    assign: {
      type: 'boolean',
      default: true,
      description: 'Whether the averages become the weights; the published code forgot to.',
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
      description: 'What the learning rate is multiplied by.',
    },
    patience: { type: 'integer', minimum: 1, description: 'Epochs without improvement before the rate falls.' },
    minDelta: { type: 'number', minimum: 0, default: 1e-4, description: 'Less than this is no improvement.' },
    cooldown: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Epochs after a fall in which none is counted as without improvement.',
    },
    minimum: { type: 'number', minimum: 0, default: 0, description: 'The learning rate never falls below this.' },
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
    minDelta: { type: 'number', minimum: 0, default: 0, description: 'Less than this is no improvement.' },
    restore: {
      type: 'string',
      enum: ['at-stop', 'always', 'never'],
      default: 'at-stop',
      description:
        'When the best weights are restored: only if stopping early (Keras 2), at every end (Keras 3), never.',
    },
  },
} as const;

const validationSchema = {
  type: 'object',
  description: 'The last training images, held out to watch the run.',
  additionalProperties: false,
  required: ['images'],
  properties: {
    images: { type: 'integer', minimum: 1, description: 'How many.' },
    overlap: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Held-out images that are trained on as well; the published code has 1.',
    },
  },
} as const;

/** The settings teacher and student share. */
export const trainingProperties = {
  network: networkSchema,
  seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Seeds the order of images and their views.' },
  epochs: { type: 'integer', minimum: 1, maximum: 10000, description: 'How often every image is seen, at most.' },
  batchSize: {
    type: 'integer',
    minimum: 1,
    maximum: 65536,
    description: 'Images in a step; the last batch of an epoch may be smaller.',
  },
  dropLastBatch: {
    type: 'boolean',
    description: 'Whether an epoch leaves out the images that fill no whole batch: others in each epoch.',
  },
  shuffleBuffer: {
    type: 'integer',
    minimum: 1,
    maximum: 1000000000,
    description:
      "Shuffles through a buffer of so many images, as tf.data's shuffle does: none comes much before its turn. Without it every order is equally likely.",
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
      'Which batch variance enters the moving statistics: unbiased, as the fused operation of Keras 2 does, or biased (Keras 3).',
  },
  batchNormReplicas: {
    type: 'integer',
    minimum: 1,
    maximum: 1024,
    description:
      'Batch norm takes the statistics of so many equal parts of a batch, each for itself, as training on so many devices does.',
  },
  precision: {
    type: 'string',
    enum: ['float32', 'bfloat16'],
    default: 'float32',
    description: 'What convolutions are computed in; weights stay float32.',
  },
  workers: {
    type: 'integer',
    minimum: 0,
    maximum: 256,
    keyed: false,
    description: 'Threads that make views ahead of training; by default as many as help. Does not change the result.',
  },
  checkpointSeconds: {
    type: 'number',
    minimum: 0,
    default: 60,
    keyed: false,
    description: 'Seconds between checkpoints, from which an interrupted run goes on; 0: at every step.',
  },
  keepEnd: {
    type: 'boolean',
    default: false,
    keyed: false,
    description:
      'Whether the state at the end is kept (some four times the weights), so that more epochs can go on from it: pipe run --continue.',
  },
} as const;

/** What every training stage must say. */
export const trainingRequired = ['network', 'seed', 'epochs', 'batchSize', 'views', 'optimizer', 'validation'] as const;

export type OptimizerSettings = ValueOf<typeof optimizerSchema>;
export type AveragingSettings = ValueOf<typeof averagingSchema>;
export type ReduceLearningRateSettings = ValueOf<typeof reduceLearningRateSchema>;
export type EarlyStoppingSettings = ValueOf<typeof earlyStoppingSchema>;
export type ValidationSettings = ValueOf<typeof validationSchema>;
