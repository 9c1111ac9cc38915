import { expect, test } from 'vitest';
import { philox4x32 } from '../../../../src/data/random/philox.ts';

// Known answers published with the paper (Random123, kat_vectors): counter, key, words.
test.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
])('philox4x32-10 of counter $counter.0 gives the published words', ({ counter, key, words }) => {
  const out = new Uint32Array(4);
  const [c0, c1, c2, c3] = counter as [number, number, number, number];
  philox4x32(out, key[0]!, key[1]!, c0, c1, c2, c3);
  expect([...out]).toEqual(words);
});
