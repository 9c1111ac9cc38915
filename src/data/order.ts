import { Stream } from './random/stream.ts';

/**
 * The order in which an epoch visits n images: a permutation of 0..n-1, a pure function of its arguments. With a buffer smaller than n, it
 * is the order of tf.data's `shuffle(buffer)`, in which an image comes at most buffer - 1 positions early; otherwise every permutation is
 * equally likely (Fisher & Yates, as Durstenfeld 1964 wrote it).
 * @param seed and epoch: integers in [0, 2^32). @param buffer integer >= 1.
 */
export function epochOrder(seed: number, epoch: number, n: number, buffer = n): Uint32Array {
  const stream = new Stream(seed, 'order', epoch);
  const order = new Uint32Array(n);
  const waiting = Uint32Array.from({ length: Math.min(buffer, n) }, (_, index) => index);
  let next = waiting.length;
  let size = waiting.length;
  for (let place = 0; place < n; place++) {
    const chosen = stream.integer(size);
    order[place] = waiting[chosen]!;
    waiting[chosen] = next < n ? next++ : waiting[--size]!;
  }
  return order;
}
