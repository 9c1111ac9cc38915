import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { compute, draftOf, keyNamed, publication } from '../../../contract/store.ts';
import { freshStore } from '../../../support/fresh-store.ts';
import { makePipe } from '../../../support/named-pipe.ts';

const out = { out: { file: 'out.txt', directory: false } };

describe('the folder of a failed command', () => {
  test('is kept, and of several the latest three', async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = await freshStore({ clock: { ...systemClock, now: () => now } });
    const kept: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const draft = await draftOf(store, name);
      writeFileSync(join(draft.scratch, 'log'), name);
      kept.push(draft.keepScratch!()!);
      await draft.abandon();
      now += 1;
    }
    expect(kept.map((path) => existsSync(path))).toEqual([false, true, true, true]);
    expect(readFileSync(join(kept[3]!, 'log'), 'utf8')).toBe('d');
  });

  test('is not kept if there is no place for it: the error of the stage is more important', async () => {
    const store = await freshStore();
    const draft = await draftOf(store, 'a');
    writeFileSync(join(store.directory, 'failed'), 'in its place');
    expect(draft.keepScratch!()).toBeUndefined();
  });

  test('does not bring a removed store back', async () => {
    const store = await freshStore();
    const draft = await draftOf(store, 'a');
    rmSync(store.directory, { recursive: true });
    expect(draft.keepScratch!()).toBeUndefined();
    expect(existsSync(store.directory)).toBe(false);
  });
});

test('an output that is neither a file nor a directory is refused', async (context) => {
  const store = await freshStore();
  const draft = await draftOf(store, 'a');
  const refusal = makePipe(draft.outputPath('out', 'out.txt'));
  if (refusal !== undefined) return context.skip(refusal);
  await expect(draft.publish(out, publication('a'))).rejects.toThrow('the stage wrote neither a file nor a directory');
  await draft.abandon();
});

test('a file in a directory whose name is not UTF-8 is refused: no record could name it', async (context) => {
  const store = await freshStore();
  const draft = await draftOf(store, 'a');
  const tree = draft.outputPath('tree', 'tree');
  mkdirSync(tree);
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/a`), Buffer.from([0xff])]), '');
  } catch (error) {
    return context.skip(`this file system allows no such name: ${String(error)}`);
  }
  const publishing = draft.publish({ tree: { file: 'tree', directory: true } }, publication('a'));
  await expect(publishing).rejects.toThrow('contains a file whose name is not UTF-8');
  await draft.abandon();
});

test('each attempt marks its processes differently', async () => {
  const store = await freshStore();
  const first = await draftOf(store, 'a');
  await first.abandon();
  const second = await draftOf(store, 'a');
  expect(second.mark).toContain(keyNamed('a'));
  expect(second.mark).not.toBe(first.mark);
});

test('once it has ended, nothing of a draft is left in the folder of its session', async () => {
  const store = await freshStore();
  const draft = await draftOf(store, 'a');
  const path = draft.outputPath('out', 'out.txt');
  writeFileSync(join(store.directory, '..', 'theirs'), 'text');
  // With another name elsewhere, it is copied.
  linkSync(join(store.directory, '..', 'theirs'), path);
  await draft.publish(out, publication('a'));
  const [session] = readdirSync(join(store.directory, 'tmp'));
  expect(readdirSync(join(store.directory, 'tmp', session!))).toEqual(['holder.json']);
});

test('publishing what is stored leaves the object as it is', async () => {
  const store = await freshStore();
  const { outputs } = await compute(store, 'a', 'text');
  const object = new Layout(store.directory).object(outputs['out']!.digest);
  const before = statSync(object, { bigint: true });
  await compute(store, 'b', 'text');
  expect(statSync(object, { bigint: true })).toMatchObject({ ino: before.ino, ctimeNs: before.ctimeNs });
});
