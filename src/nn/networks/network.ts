import { describeForward } from './description.ts';
import type { Forward } from './layers.ts';
import type { WeightSpec } from './weight.ts';

/** An image classifier: pixels 0..255 [N, imageSize, imageSize, 3] in, logits [N, classes] out. */
export interface Network {
  readonly name: string;
  /** Side of the square input, in pixels. */
  readonly imageSize: number;
  readonly classes: number;
  /** In Keras's order (`model.weights`). */
  readonly weights: readonly WeightSpec[];
  /** Number of residual blocks. */
  readonly blocks: number;
  /** For each convolution without bias that is directly followed by batch norm: the name of that batch norm. */
  readonly normalised: ReadonlyMap<string, string>;
  readonly forward: Forward;
}

/** A network whose weights are those that its forward computation uses, in the order of use. */
export function defineNetwork(name: string, imageSize: number, classes: number, forward: Forward): Network {
  return { name, imageSize, classes, ...describeForward(forward, imageSize), forward };
}
