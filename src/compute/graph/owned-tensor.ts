import type { Binding } from '../native.ts';
import type { Values } from '../program.ts';
import { dataTypes, typeAttribute } from './attributes.ts';
import type { TensorType } from './graph.ts';

/**
 * Creates a tensor whose memory belongs to TensorFlow; returns its id. A tensor that the addon makes from JavaScript's values shares their
 * memory, and the thread that releases it last notifies Node. After a session's call, that may be one of TensorFlow's threads, which
 * corrupts Node's lists of references, because these are only for its own thread: the process crashes, minutes later or never.
 * @param values row-major; floats of an int32 tensor are its words, bit for bit.
 */
export function ownedTensor(binding: Binding, { shape, type }: TensorType, values: Values): number {
  const isWords = type === 'int32' && values instanceof Float32Array;
  const words = isWords ? new Int32Array(values.buffer, values.byteOffset, values.length) : values;
  const shared = binding.createTensor(shape, dataTypes[type], words);
  try {
    // Runs in this thread, so that this thread releases the shared one.
    const [copy] = binding.executeOp('DeepCopy', [typeAttribute('T', type)], [shared], 1);
    return copy!.id;
  } finally {
    binding.deleteTensor(shared);
  }
}
