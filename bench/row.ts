/** The other side of a row: Keras, PyTorch, or pipe itself: one operation at a time, or on another backend. */
export type Peer = 'keras' | 'torch' | 'ourselves';

/** The backend of our process: TensorFlow on CPU or GPU, WebAssembly with a number of threads, plain JavaScript. */
export type Engine = 'cpu' | 'gpu' | 'wasm-1' | 'wasm-2' | 'javascript';

/** What is compared: time per step, images per second, the maximum memory of a process, or the time of a whole program. */
export type Quantity = 'ms a step' | 'images a second' | 'MiB at most' | 's';

/** One line of the table: the same work in two processes, measured in turns. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly peer: Peer;
  readonly quantity: Quantity;
  /** The aim for the ratio ours / theirs: at most, or at least if higher is better. */
  readonly aim: number;
  /** The task of our process, a file of `tasks`. */
  readonly ours: string;
  /** The task of the peer's process. */
  readonly theirs: string;
  /** The backend of the peer's process, if it is ours (default: TensorFlow on the measured device). */
  readonly engines?: { readonly ours: Engine; readonly theirs: Engine };
  /** Steps before measuring: graphs are built, memory is allocated. */
  readonly warmUp: number;
  /** Steps per turn. */
  readonly steps: number;
  /** Pairs of turns. */
  readonly rounds: number;
  /** Whether it is meaningless on a GPU. */
  readonly cpuOnly?: boolean;
}

/** Whether higher is better. */
export function higherIsBetter({ quantity }: Row): boolean {
  return quantity === 'images a second';
}
