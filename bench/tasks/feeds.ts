import type { InputSpec } from '../../src/compute/program.ts';
import type { Task, TaskContext } from '../task.ts';
import { batchSize, randomBatch } from './random-batch.ts';

const side = 72;

/** A batch of clean views is fed, and its sum comes back. */
export const feedFloat32 = (context: TaskContext) => feed(context, 'float32');

/** A batch of noisy views: bytes. */
export const feedUint8 = (context: TaskContext) => feed(context, 'uint8');

async function feed({ backend: open, environment }: TaskContext, dtype: InputSpec['dtype']): Promise<Task> {
  const size = batchSize(environment);
  const backend = await open();
  const { images } = randomBatch(size, side, dtype === 'uint8' ? 'uint8' : 'float32');
  const program = backend.compile({
    variables: [],
    functions: {
      feed: {
        inputs: { images: { shape: [size, side, side, 3], dtype } },
        body: (_, { images }) => ({ sum: backend.tf.sum(backend.tf.cast(images!, 'float32')) }),
      },
    },
  });
  return {
    imagesPerStep: size,
    async step() {
      program.run('feed', { images });
    },
  };
}
