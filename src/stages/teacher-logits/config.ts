import type { ContextOf, StageShape } from '../define.ts';
import { networkSchema } from '../settings/networks.ts';
import { trainingProperties } from '../settings/training.ts';
import { randAugmentSchema, viewsSchema } from '../settings/views.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['network', 'seed', 'epochs', 'views'],
  properties: {
    network: networkSchema,
    seed: trainingProperties.seed,
    epochs: { type: 'integer', minimum: 1, maximum: 10000, description: 'Number of student epochs to cover.' },
    views: viewsSchema,
    randAugment: {
      ...randAugmentSchema,
      description: 'If set, the teacher sees the noisy views of the student instead of clean views.',
    },
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 250,
      description: 'Images per batch.',
    },
    workers: trainingProperties.workers,
  },
} as const;

/** The configuration, inputs and outputs of this stage kind. */
export const teacherLogitsShape = {
  schema,
  inputs: {
    dataset: { summary: 'Images.' },
    weights: { summary: "The teacher's weights." },
  },
  outputs: { logits: { file: 'logits.safetensors', summary: 'logits [epochs, images, classes], float32.' } },
} as const satisfies StageShape;

export type TeacherLogitsContext = ContextOf<typeof teacherLogitsShape>;
export type TeacherLogitsConfig = TeacherLogitsContext['config'];
