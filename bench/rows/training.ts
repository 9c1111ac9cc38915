import type { Row } from '../row.ts';

const teacher = {
  what: 'teacher step, ResNet50V2 72x72, batch 32, float32',
  quantity: 'ms a step',
  ours: 'teacher-step',
  warmUp: 3,
  steps: 4,
  rounds: 8,
} as const;

/** Training steps against Keras's. */
export const training: readonly Row[] = [
  { ...teacher, against: 'Keras train_on_batch', peer: 'keras', theirs: 'steps:teacher_step', aim: 0.75 },
  { ...teacher, against: 'Keras train_on_batch with XLA', peer: 'keras', theirs: 'steps:teacher_step_xla', aim: 0.7 },
  {
    ...teacher,
    what: `${teacher.what}, compiled`,
    against: 'our own, an operation at a time',
    peer: 'ourselves',
    theirs: 'eager-teacher-step',
    aim: 1 / 3,
    steps: 2,
    rounds: 5,
  },
  {
    ...teacher,
    what: 'student step from cached logits, ResNet50V2 72x72, batch 32',
    against: 'Keras with a live teacher',
    peer: 'keras',
    ours: 'student-step',
    theirs: 'steps:student_step',
    aim: 0.6,
    steps: 3,
    rounds: 6,
  },
  {
    what: 'training step, small network of quick.yaml, 32x32, batch 128',
    against: 'Keras train_on_batch',
    peer: 'keras',
    quantity: 'ms a step',
    ours: 'small-step',
    theirs: 'steps:small_step',
    aim: 0.9,
    warmUp: 5,
    steps: 20,
    rounds: 8,
  },
];
