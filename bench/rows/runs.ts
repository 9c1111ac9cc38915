import type { Row } from '../row.ts';

/** Whole runs: each turn is a fresh start. */
export const runs: readonly Row[] = [
  {
    what: 'peak memory of a teacher run, ResNet50V2 72x72, batch 32',
    against: 'Keras fit with tf.data',
    peer: 'keras',
    quantity: 'MiB at most',
    ours: 'teacher-run',
    theirs: 'recipe:teacher_run',
    aim: 1,
    warmUp: 0,
    steps: 1,
    rounds: 1,
    cpuOnly: true,
  },
  {
    what: 'whole pipeline of quick.yaml',
    against: 'the same recipe in Keras with tf.data',
    peer: 'keras',
    quantity: 's',
    ours: 'quick-pipeline',
    theirs: 'recipe:quick_pipeline',
    aim: 0.8,
    warmUp: 0,
    steps: 1,
    rounds: 1,
  },
  {
    what: 'sweep of five temperatures, quick.yaml with two epochs, training stages from cold',
    against: 'five Keras runs of teacher and student',
    peer: 'keras',
    quantity: 's',
    ours: 'temperature-sweep',
    theirs: 'recipe:temperature_sweep',
    aim: 0.42,
    warmUp: 0,
    steps: 1,
    rounds: 1,
  },
];
