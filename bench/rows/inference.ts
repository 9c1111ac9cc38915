import type { Row } from '../row.ts';

/** Logits, with batch norm folded into convolutions on our side. */
export const inference: readonly Row[] = [
  {
    what: 'inference, ResNet50V2 72x72, batch 32',
    against: 'Keras predict_on_batch',
    peer: 'keras',
    quantity: 'ms a step',
    ours: 'inference',
    theirs: 'steps:inference',
    aim: 0.9,
    warmUp: 3,
    steps: 8,
    rounds: 8,
  },
];
