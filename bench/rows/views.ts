import type { Row } from '../row.ts';

/** Making noisy views, nothing else. */
export const views: readonly Row[] = [
  {
    what: 'noisy views, 32x32 to 72x72, RandAugment(2, 9)',
    against: "tf.data with the Model Garden's RandAugment",
    peer: 'keras',
    quantity: 'images a second',
    ours: 'noisy-views',
    theirs: 'views:noisy_views',
    aim: 3,
    warmUp: 10,
    steps: 20,
    rounds: 6,
    cpuOnly: true,
  },
];
