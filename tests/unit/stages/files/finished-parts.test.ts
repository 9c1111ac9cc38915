import { expect, test } from 'vitest';
import { finishedParts } from '../../../../src/stages/files/finished-parts.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
const device = (threads: number) => ({ backend: 'tensorflow', kind: 'cpu', features: 'avx2', threads });

test('parts of an earlier attempt are kept with the device that made them', async () => {
  const make = async () => Uint8Array.of(1);
  const first = await finishedParts(directory, device(2));
  await first.part('a', make);
  const second = await finishedParts(directory, device(1));
  expect(second.devices).toEqual([device(2), device(1)]);
  expect(await second.part('a', async () => Uint8Array.of(2))).toEqual(Buffer.of(1));
  // It made no part, so it is not listed.
  const third = await finishedParts(directory, device(2));
  expect(third.devices).toEqual([device(2)]);
});
