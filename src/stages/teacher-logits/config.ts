import type { Definition } from '../../engine/definition.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { checkViews } from '../settings/check-training.ts';
import { networkSchema } from '../settings/networks.ts';
import { checkWeightsInput, type LogitsFacts } from '../settings/output-facts.ts';
import { trainingProperties } from '../settings/training.ts';
import { randAugmentSchema, viewsSchema } from '../settings/views.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: ['network', 'seed', 'epochs', 'views'],
  properties: {
    network: networkSchema,
    seed: trainingProperties.seed,
    epochs: { type: 'integer', minimum: 1, maximum: 10000, description: 'For how many epochs of the student.' },
    views: viewsSchema,
    randAugment: {
      ...randAugmentSchema,
      description: 'Where given, the teacher looks at the noisy views the student sees, not at the clean ones.',
    },
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 250,
      description: 'Images the network is asked about at once.',
    },
    workers: trainingProperties.workers,
  },
} as const;

export type TeacherLogitsConfig = ValueOf<typeof config>;

/** The stage kind `teacher-logits`: what the teacher says of every view the student will be asked about. */
export function teacherLogits(services: Services): Definition<TeacherLogitsConfig> {
  return {
    uses: 'teacher-logits',
    summary: "Caches the teacher's logits, before temperature, for the view of every image in every epoch.",
    version: 2,
    lane: 'gpu',
    config,
    inputs: {
      dataset: { summary: 'Images.' },
      weights: { summary: "The teacher's weights." },
    },
    outputs: { logits: { file: 'logits.safetensors', summary: 'logits [epochs, images, classes], float32.' } },
    check: checkViews,
    checkInputs: checkWeightsInput,
    outputFacts: (config) => ({ logits: { epochs: config['epochs'] } as LogitsFacts }),
    load: async () => (await import('./stage.ts')).program(services),
  };
}
