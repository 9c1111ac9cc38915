import { cpuAbilities, cpuClass } from '../../src/compute/cpu-abilities.ts';
import type { Row } from '../row.ts';

const teacher = {
  what: 'teacher step, ResNet50V2 72x72, batch 32, float32',
  quantity: 'ms a step',
  ours: 'teacher-step',
  warmUp: 3,
  steps: 4,
  rounds: 8,
} as const;

/** In bfloat16, the aim refers to PyTorch's better mode, so both are measured. */
const narrow = {
  ...teacher,
  what: 'teacher step, ResNet50V2 72x72, batch 32, bfloat16',
  peer: 'torch',
  ours: 'narrow-teacher-step',
  aim: cpuClass(cpuAbilities()) === 'cpu with AMX' ? 0.55 : 0.8,
} as const;

/** Training steps against those of Keras and PyTorch. */
export const training: readonly Row[] = [
  { ...teacher, against: 'Keras train_on_batch', peer: 'keras', theirs: 'steps:teacher_step', aim: 0.75 },
  { ...teacher, against: 'Keras train_on_batch with XLA', peer: 'keras', theirs: 'steps:teacher_step_xla', aim: 0.7 },
  { ...teacher, against: 'PyTorch, channels last', peer: 'torch', theirs: 'steps:teacher_step', aim: 0.8 },
  { ...teacher, against: 'torch.compile', peer: 'torch', theirs: 'steps:teacher_step_compiled', aim: 0.9 },
  { ...narrow, against: 'PyTorch with autocast', theirs: 'steps:teacher_step_bfloat16' },
  { ...narrow, against: 'torch.compile with autocast', theirs: 'steps:teacher_step_bfloat16_compiled' },
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
  {
    what: 'training step, small network of quick.yaml, 32x32, batch 128, with a page open that follows its run',
    against: 'the same step unwatched',
    peer: 'ourselves',
    quantity: 'ms a step',
    ours: 'watched-step',
    theirs: 'small-step',
    aim: 1.01,
    warmUp: 5,
    steps: 20,
    rounds: 12,
  },
];
