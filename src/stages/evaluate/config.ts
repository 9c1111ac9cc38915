import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { networkSchema } from '../settings/networks.ts';
import { checkWeightsInput } from '../settings/output-facts.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: ['network'],
  properties: {
    network: networkSchema,
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 250,
      description: 'Images the network is asked about at once.',
    },
    keepLogits: {
      type: 'string',
      enum: ['all', 'clean'],
      default: 'all',
      description:
        'Of which sets of images the logits are kept, as float16: 20 bytes an image; predictions, a byte each, are kept of all.',
    },
  },
} as const;

export type EvaluateConfig = ValueOf<typeof config>;

/** The stage kind `evaluate`: accuracy on the clean test images and on every corruption. */
export function evaluate(services: Services): Definition<EvaluateConfig> {
  return {
    uses: 'evaluate',
    summary: 'Measures accuracy on the clean test images and on each corruption at each severity.',
    version: 2,
    lane: 'gpu',
    config,
    inputs: {
      dataset: { summary: 'Test images and labels.' },
      weights: { summary: 'The weights to judge.' },
      corrupted: { summary: 'Corrupted test images, in the layout of CIFAR-10-C.', optional: true },
    },
    outputs: {
      metrics: {
        file: 'metrics.json',
        summary: 'Accuracy, loss, calibration and confusion of every set of images; means.',
      },
      answers: {
        file: 'answers.safetensors',
        summary: 'labels; of every set of images predictions, uint8, and logits, float16 [images, classes].',
      },
    },
    checkInputs: checkWeightsInput,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
