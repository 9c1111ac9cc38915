import { expect, test } from 'vitest';
import { validatorOf } from '../../../src/schema/validator.ts';
import {
  buildNetwork,
  describeNetwork,
  type NetworkSettings,
  networkSchema,
} from '../../../src/stages/settings/networks.ts';

const ofEach: readonly NetworkSettings[] = [
  { kind: 'resnet50v2', imageSize: 72 },
  { kind: 'resnet', imageSize: 32, channels: [4, 8] },
];

test.each(ofEach)('$kind is built of what its schema lets through', async (settings) => {
  const check = await validatorOf(networkSchema);
  expect(check(settings)).toEqual([]);
  expect(check({ ...settings, odd: 1 })).not.toEqual([]);
  const network = buildNetwork(settings);
  expect([network.name, network.imageSize, network.classes]).toEqual([settings.kind, settings.imageSize, 10]);
});

test('a network is described by its own settings, not by the size of its images', () => {
  expect(ofEach.map(describeNetwork)).toEqual(['resnet50v2', 'resnet with channels [4, 8]']);
});

test.each<[string, object]>([
  ['settings of another network', { kind: 'resnet50v2', imageSize: 72, channels: [4] }],
  ['a missing setting of its own', { kind: 'resnet', imageSize: 32 }],
  ['an unknown network', { kind: 'vgg', imageSize: 32 }],
])('refuses %s', async (_, settings) => {
  expect((await validatorOf(networkSchema))(settings)).not.toEqual([]);
});
