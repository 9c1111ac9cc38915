import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Remote, RemoteEntry } from '../../src/remote/remote.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const keyOf = (name: string) => createHash('sha256').update(name).digest('hex');

/** An object's bytes; undefined if it is absent. */
async function fetched(remote: Remote, digest: string): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  const state = await remote.fetch(digest, async (content) => {
    for await (const chunk of content) chunks.push(chunk);
  });
  return state === 'fetched' ? Buffer.concat(chunks) : undefined;
}

/** The contract of every remote; `open` returns an empty one. */
export function remoteContract(open: () => Promise<Remote>): void {
  const root = temporaryDirectory();
  const freshFolder = () => mkdtempSync(join(root, 'folder-'));
  const objectOf = (bytes: Buffer) => {
    const file = join(freshFolder(), 'object');
    writeFileSync(file, bytes, { mode: 0o444 });
    return { digest: createHash('sha256').update(bytes).digest('hex'), file };
  };

  describe('records', () => {
    test('a key that nobody put has none', async () => {
      const remote = await open();
      expect(await remote.record(keyOf('a'))).toBeUndefined();
    });

    test('comes back byte for byte', async () => {
      const remote = await open();
      const sealed = randomBytes(3000);
      expect(await remote.putRecord(keyOf('a'), sealed)).toBe('stored');
      expect(await remote.record(keyOf('a'))).toEqual(sealed);
    });

    test('the first stays, until it is replaced', async () => {
      const remote = await open();
      await remote.putRecord(keyOf('a'), Buffer.from('first'));
      expect(await remote.putRecord(keyOf('a'), Buffer.from('second'))).toBe('present');
      expect(String(await remote.record(keyOf('a')))).toBe('first');
      await remote.replaceRecord(keyOf('a'), Buffer.from('third'));
      expect(String(await remote.record(keyOf('a')))).toBe('third');
    });

    test('of many writers at once one wins, and all readers see that one', async () => {
      const remote = await open();
      const texts = Array.from({ length: 20 }, (_, index) => Buffer.from(`writer ${index}`));
      const puts = await Promise.all(texts.map((text) => remote.putRecord(keyOf('a'), text)));
      expect(puts).toContain('stored');
      const seen = await Promise.all(texts.map(() => remote.record(keyOf('a'))));
      expect(new Set(seen.map(String)).size).toBe(1);
      expect(texts.map(String)).toContain(String(seen[0]));
    });
  });

  describe('objects', () => {
    test('a small one that is there already stays, and putting it again is no error', async () => {
      const remote = await open();
      const { digest, file } = objectOf(Buffer.from('small'));
      expect(await remote.putObject(digest, file)).toBe('stored');
      expect(['stored', 'present']).toContain(await remote.putObject(digest, file));
      expect(String(await fetched(remote, digest))).toBe('small');
    });

    test('what is there with other bytes can be replaced', async () => {
      const remote = await open();
      const { digest, file } = objectOf(randomBytes(70_000));
      await remote.replaceObject(digest, file);
      await remote.replaceObject(digest, file);
      expect((await fetched(remote, digest))?.length).toBe(70_000);
    });

    test('missing until put, then there for everybody', async () => {
      const remote = await open();
      const one = objectOf(Buffer.from('one'));
      const two = objectOf(Buffer.from('two'));
      expect(await remote.missing([one.digest, two.digest])).toEqual([one.digest, two.digest]);
      await remote.putObject(one.digest, one.file);
      expect(await remote.missing([one.digest, two.digest])).toEqual([two.digest]);
    });

    test.each([0, 1, 100_000, 5_000_001])('%i bytes come back', async (size) => {
      const remote = await open();
      const bytes = randomBytes(size);
      const { digest, file } = objectOf(bytes);
      expect(await remote.putObject(digest, file)).toBe('stored');
      expect((await fetched(remote, digest))?.equals(bytes)).toBe(true);
    });

    test('one that is missing is absent', async () => {
      const remote = await open();
      expect(await fetched(remote, keyOf('nothing'))).toBeUndefined();
    });

    test('whoever takes it in may refuse it, and the next request succeeds', async () => {
      const remote = await open();
      const { digest, file } = objectOf(randomBytes(5_000_000));
      await remote.putObject(digest, file);
      const refuse = async (content: AsyncIterable<Uint8Array>) => {
        for await (const _ of content) throw new Error('refused');
      };
      await expect(remote.fetch(digest, refuse)).rejects.toThrow('refused');
      expect((await fetched(remote, digest))?.length).toBe(5_000_000);
    });

    test('the same object put by many at once is there once, whole', async () => {
      const remote = await open();
      const bytes = randomBytes(300_000);
      const { digest, file } = objectOf(bytes);
      await Promise.all(Array.from({ length: 8 }, () => remote.putObject(digest, file)));
      expect((await fetched(remote, digest))?.equals(bytes)).toBe(true);
    });
  });

  test('where it can list, what is removed is gone, and removing it again is no error', async () => {
    const remote = await open();
    if (!remote.upkeep) return;
    const { digest, file } = objectOf(Buffer.from('one'));
    await remote.putObject(digest, file);
    await remote.putRecord(keyOf('a'), Buffer.from('record'));
    for (let time = 0; time < 2; time += 1) {
      await remote.upkeep.remove('cas', digest);
      await remote.upkeep.remove('ac', keyOf('a'));
    }
    expect(await remote.missing([digest])).toEqual([digest]);
    expect(await remote.record(keyOf('a'))).toBeUndefined();
  });

  test('where it can list, it lists what it holds', async () => {
    const remote = await open();
    if (!remote.upkeep) return;
    const { digest, file } = objectOf(Buffer.from('one'));
    await remote.putObject(digest, file);
    await remote.putRecord(keyOf('a'), Buffer.from('record'));
    const entries: RemoteEntry[] = [];
    for await (const entry of remote.upkeep.list()) entries.push(entry);
    expect(entries.map(({ kind, name, bytes }) => `${kind}/${name} ${bytes}`).sort()).toEqual([
      `ac/${keyOf('a')} 6`,
      `cas/${digest} 3`,
    ]);
    expect(entries.every(({ modified }) => Number.isFinite(modified))).toBe(true);
  });
}
