import type { Binding } from '../native.ts';
import type { Values } from '../program.ts';
import { dataTypes, typeAttribute } from './attributes.ts';
import type { TensorType } from './graph.ts';

/**
 * A tensor whose memory is TensorFlow's own; returns its id. A tensor that the addon makes of JavaScript's values shares their memory, and
 * whoever lets go of it last tells Node so. After a session's call that may be a thread of TensorFlow's, and Node's lists of references,
 * which are only for its own thread, break: the process ends, minutes later or never.
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
