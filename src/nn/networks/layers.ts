/** A convolution with a square kernel; x is padded with zeros on every side first. */
export interface Convolution {
  readonly filters: number;
  /** Side of the kernel, in pixels. */
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/** Whether a bias is added to each channel of a convolution (default: yes). */
export interface Biased {
  readonly bias?: boolean;
}

/** Maximum over square windows; x is first padded with zeros on every side, and the zeros take part. */
export interface Pooling {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * The vocabulary of networks. The same network runs in training, runs in inference, or is only described, depending on what a `Value` is: a
 * tensor [N, H, W, C] ([N, C] after `globalAverage`), or only its shape.
 */
export interface Layers<Value> {
  /** Pixels 0..255 to -1..1: x / 127.5 - 1. */
  rescale(x: Value): Value;
  convolution(name: string, x: Value, options: Convolution & Biased): Value;
  batchNorm(name: string, x: Value): Value;
  /** A convolution without bias and the batch norm directly after it: one operation if the statistics are fixed. */
  normalisedConvolution(name: string, batchNormName: string, x: Value, options: Convolution): Value;
  relu(x: Value): Value;
  maxPool(x: Value, options: Pooling): Value;
  /** The output of a block: shortcut + branch. Blocks are identified by the order of these calls. */
  residual(shortcut: Value, branch: Value): Value;
  /** Mean over H and W. */
  globalAverage(x: Value): Value;
  dense(name: string, x: Value, units: number): Value;
}

/** A forward computation, written once for every way to run it. @returns logits. */
export type Forward = <Value>(layers: Layers<Value>, images: Value) => Value;
