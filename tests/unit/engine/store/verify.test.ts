import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { OutputRecord } from '../../../../src/engine/record.ts';
import type { LocalStore } from '../../../../src/engine/store/index.ts';
import { compute, keyNamed } from '../../../contract/store.ts';
import { freshStore, publisherAt } from '../../../support/fresh-store.ts';

function objectPath(store: LocalStore, { digest }: OutputRecord): string {
  return join(store.directory, 'objects', digest.slice(0, 2), digest);
}

/** `a` is altered, `b` has lost its file, `c` is whole, and the record of `d` is garbage. */
async function damagedStore() {
  const store = await freshStore();
  const [a, b] = [await compute(store, 'a', 'a'), await compute(store, 'b', 'b')];
  await compute(store, 'c', 'c', { x: 'x' });
  const [altered, lost] = [a.outputs['out']!, b.outputs['out']!];
  chmodSync(objectPath(store, altered), 0o644);
  writeFileSync(objectPath(store, altered), 'A');
  unlinkSync(objectPath(store, lost));
  const garbage = join(store.directory, 'records', keyNamed('d').slice(0, 2), `${keyNamed('d')}.json`);
  mkdirSync(join(garbage, '..'), { recursive: true });
  writeFileSync(garbage, 'garbage');
  return { store, altered, lost, garbage };
}

describe('verifying a store', () => {
  test('counts what is there', async () => {
    const store = await freshStore();
    expect(await store.verifyAll()).toEqual({
      records: 0,
      objects: 0,
      bytes: 0,
      damagedObjects: [],
      refusedRecords: [],
    });
    await compute(store, 'a', 'four');
    expect(await store.verifyAll()).toMatchObject({ records: 1, objects: 1, bytes: 4 });
  });

  test('names every damaged object with the outputs that need it, and every refused record', async () => {
    const { store, altered, lost, garbage } = await damagedStore();
    const { damagedObjects, refusedRecords } = await store.verifyAll();
    expect(damagedObjects).toEqual([
      {
        digest: altered.digest,
        path: objectPath(store, altered),
        damage: 'damaged',
        neededBy: [{ key: keyNamed('a'), output: 'out', uses: 'test' }],
      },
      {
        digest: lost.digest,
        path: objectPath(store, lost),
        damage: 'missing',
        neededBy: [{ key: keyNamed('b'), output: 'out', uses: 'test' }],
      },
    ]);
    expect(refusedRecords).toEqual([{ path: garbage, refusal: 'it is not JSON' }]);
  });

  test('with repair removes just that, so that it is computed again', async () => {
    const { store } = await damagedStore();
    await store.verifyAll({ repair: true });
    expect(await store.verifyAll()).toMatchObject({ records: 1, damagedObjects: [], refusedRecords: [] });
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    expect(await store.find(keyNamed('c'), { verify: true })).toMatchObject({ state: 'hit' });
    await compute(store, 'a', 'a');
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  });

  test('names a damaged object that no record needs, and repair removes it', async () => {
    const store = await freshStore();
    const digest = 'ab'.repeat(32);
    const stray = join(store.directory, 'objects', 'ab', digest);
    await store.hold();
    mkdirSync(dirname(stray), { recursive: true });
    writeFileSync(stray, 'other bytes');
    const found = { damagedObjects: [{ digest, path: stray, damage: 'damaged', neededBy: [] }] };
    expect(await store.verifyAll({ repair: true })).toMatchObject(found);
    expect(existsSync(stray)).toBe(false);
  });

  test('does not miss what is collected meanwhile', async () => {
    const store = await freshStore();
    const [first, second] = [await compute(store, 'a', '1'), await compute(store, 'b', '2')];
    const onProgress = () => {
      rmSync(join(store.directory, 'records'), { recursive: true, force: true });
      for (const { outputs } of [first, second]) rmSync(objectPath(store, outputs['out']!), { force: true });
    };
    expect(await store.verifyAll({ onProgress })).toMatchObject({ objects: 2, damagedObjects: [] });
  });

  test('waits with repairs until nobody publishes', async () => {
    const { store } = await damagedStore();
    const endPublishing = publisherAt(store);
    let isRepaired = false;
    const repairing = store.verifyAll({ repair: true }).then(() => {
      isRepaired = true;
    });
    await vi.waitUntil(() => readdirSync(join(store.directory, 'locks')).includes('upkeep'), 10_000);
    expect(isRepaired).toBe(false);
    endPublishing();
    await repairing;
  });

  test('says how far it is, and can be stopped', async () => {
    const { store } = await damagedStore();
    const heard: string[] = [];
    await store.verifyAll({ onProgress: (done, total) => heard.push(`${done}/${total}`) });
    expect(heard).toEqual(['1/4', '2/4', '3/4', '4/4']);
    await expect(store.verifyAll({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
