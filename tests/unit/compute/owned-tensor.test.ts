import { expect, test } from 'vitest';
import { typeAttribute } from '../../../src/compute/graph/attributes.ts';
import { ownedTensor } from '../../../src/compute/graph/owned-tensor.ts';
import { testNative } from '../../support/native.ts';

const { binding } = testNative();

test.each([
  ['float32', Float32Array.of(1.5, -2, 3)],
  ['int32', Int32Array.of(7, -8, 9)],
  ['uint8', Uint8Array.of(0, 128, 255)],
] as const)('a tensor of %s keeps the values it was given, whatever becomes of their array', (type, values) => {
  const before = values.slice();
  const count = binding.getNumOfTensors();
  const id = ownedTensor(binding, { shape: [values.length], type }, values);
  values.fill(42);
  // The addon reads no bytes.
  const [wide] = binding.executeOp('Cast', [typeAttribute('SrcT', type), typeAttribute('DstT', 'float32')], [id], 1);
  expect([...binding.tensorDataSync(wide!.id)]).toEqual([...before]);
  for (const each of [id, wide!.id]) binding.deleteTensor(each);
  expect(binding.getNumOfTensors()).toBe(count);
});
