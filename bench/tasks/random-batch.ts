import { Stream } from '../../src/data/index.ts';
import type { Batch } from '../../src/nn/index.ts';

const classes = 10;

/** Images of a batch at full size: `BENCH_BATCH`, which a peer's tasks read, too. */
export function batchSize(environment: Readonly<Record<string, string | undefined>>): number {
  return Number(environment['BENCH_BATCH']) || 32;
}

/** A batch of noise: the content of a batch does not influence the time of a step. */
export function randomBatch(size: number, imageSize: number, pixels: 'uint8' | 'float32'): Required<Batch> {
  const stream = new Stream(0, 'bench batch');
  const length = size * imageSize * imageSize * 3;
  const images = pixels === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  return {
    size,
    images: images.map(() => stream.integer(256)),
    labels: Int32Array.from({ length: size }, () => stream.integer(classes)),
    teacherLogits: Float32Array.from({ length: size * classes }, () => stream.normal()),
  };
}
