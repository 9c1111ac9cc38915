/** Who a row compares us with: Keras, PyTorch, or ourselves: an operation at a time, or on another backend. */
export type Peer = 'keras' | 'torch' | 'ourselves';

/** What a process of ours computes on: TensorFlow on CPU or GPU, WebAssembly with so many threads, plain JavaScript. */
export type Engine = 'cpu' | 'gpu' | 'wasm-1' | 'wasm-2' | 'javascript';

/** What is compared: time of a step, images in a second, the most memory a process held, or time of a whole program. */
export type Quantity = 'ms a step' | 'images a second' | 'MiB at most' | 's';

/** One line of the table: the same work in two processes, measured in turns. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly peer: Peer;
  readonly quantity: Quantity;
  /** What the ratio ours / theirs should not pass: at most, or at least where higher is better. */
  readonly aim: number;
  /** The task of our process, a file of `tasks`. */
  readonly ours: string;
  /** The task of the peer's process. */
  readonly theirs: string;
  /** Where they compute, if ours: by default TensorFlow on the device that is measured. */
  readonly engines?: { readonly ours: Engine; readonly theirs: Engine };
  /** Steps before measuring: graphs are built, memory is claimed. */
  readonly warmUp: number;
  /** Steps of one turn. */
  readonly steps: number;
  /** Pairs of turns. */
  readonly rounds: number;
  /** Whether it says nothing on a GPU. */
  readonly cpuOnly?: boolean;
}

/** Whether more is better. */
export function higherIsBetter({ quantity }: Row): boolean {
  return quantity === 'images a second';
}
