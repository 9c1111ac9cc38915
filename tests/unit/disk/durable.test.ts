import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeHashed } from '../../../src/disk/durable.ts';
import { sha256 } from '../../../src/disk/sha256.ts';
import { freshDirectory } from '../../support/fresh-store.ts';

const patterned = (bytes: number) => Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => (index * 31) % 251));

/** Content in parts of a size, except the last. */
async function* inParts(content: Buffer, bytes: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < content.length; start += bytes) yield content.subarray(start, start + bytes);
}

test.each([
  ['nothing', 0, 1],
  ['less than is written at once', 70_000, 1000],
  ['parts that no piece is a multiple of', 3_000_001, 65_521],
  ['parts that are larger than a piece', 5_000_003, 2_000_000],
  ['more than is left unflushed', 70_000_000, 1_000_003],
])('%s is written in its order and hashed', async (_, bytes, partBytes) => {
  const [path, content] = [join(freshDirectory(), 'file'), patterned(bytes)];
  expect(await writeHashed(path, inParts(content, partBytes))).toBe(sha256(content));
  expect(readFileSync(path).equals(content)).toBe(true);
});

test('content that breaks off is an error', async () => {
  const path = join(freshDirectory(), 'file');
  async function* broken() {
    yield* inParts(patterned(2_000_000), 65_536);
    throw new Error('the connection broke');
  }
  await expect(writeHashed(path, broken())).rejects.toThrow('the connection broke');
});

test('a file that exists is not touched', async () => {
  const path = join(freshDirectory(), 'file');
  await writeHashed(path, inParts(Buffer.from('theirs'), 6));
  await expect(writeHashed(path, inParts(Buffer.from('ours'), 4))).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe('theirs');
});
