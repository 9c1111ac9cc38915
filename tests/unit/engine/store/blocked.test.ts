import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { compute, keyNamed } from '../../../contract/store.ts';
import { freshDirectory, freshStore, storeAt } from '../../../support/fresh-store.ts';
import { makePipe } from '../../../support/named-pipe.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

/** What may be in the place of a store's file; each is created at a path, or returns why that is impossible. */
const blocks: readonly (readonly [string, (path: string) => string | undefined])[] = [
  ['a named pipe', makePipe],
  [
    'a folder that is not empty',
    (path) => {
      mkdirSync(join(path, 'inner'), { recursive: true });
      return undefined;
    },
  ],
  [
    'a link to a device',
    (path) => {
      symlinkSync('/dev/zero', path);
      return undefined;
    },
  ],
];

async function storeOfA() {
  const store = await freshStore();
  const record = await compute(store, 'a', 'text');
  const layout = new Layout(store.directory);
  return { store, record, layout, object: layout.object(record.outputs['out']!.digest) };
}

describe.each(blocks)('%s', (_, block) => {
  test('in the place of an object is found at once, and a whole object replaces it', async (context) => {
    const { store, record, object } = await storeOfA();
    rmSync(object);
    const refusal = block(object);
    if (refusal !== undefined) return context.skip(refusal);
    const reader = await storeAt(store.directory, { readonly: true });
    expect(await reader.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'broken', damage: 'damaged' });
    await expect(reader.open(record.outputs['out']!, 'out.txt')).rejects.toThrow('is damaged in');
    expect(await reader.verifyAll()).toMatchObject({ damagedObjects: [{ damage: 'damaged' }] });
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'broken', damage: 'damaged' });
    await compute(store, 'a', 'text');
    expect(readFileSync(object, 'utf8')).toBe('text');
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [] });
  });

  test('in the place of a record is found at once, and repaired', async (context) => {
    const { store, layout } = await storeOfA();
    rmSync(layout.record(keyNamed('a')));
    const refusal = block(layout.record(keyNamed('a')));
    if (refusal !== undefined) return context.skip(refusal);
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    expect(await store.verifyAll({ repair: true })).toMatchObject({
      refusedRecords: [{ refusal: 'it is not a regular file' }],
    });
    await compute(store, 'a', 'text');
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  });

  test('in the place of the file of a session or of a run keeps nobody from working', async (context) => {
    const { store } = await storeOfA();
    const run = await store.runs.start({});
    run.finish({});
    const [token] = readdirSync(join(store.directory, 'tmp'));
    for (const path of [join(run.directory, 'run.json'), join(store.directory, 'tmp', token!, 'holder.json')]) {
      rmSync(path);
      const refusal = block(path);
      if (refusal !== undefined) return context.skip(refusal);
    }
    const other = await storeAt(store.directory);
    await compute(other, 'b', 'text');
    expect(other.runs.list()).toEqual([]);
  });
});

test('a folder in the place of an object is moved away, however often', async () => {
  const { store, layout, object } = await storeOfA();
  for (const name of ['b', 'c']) {
    rmSync(object);
    mkdirSync(join(object, name), { recursive: true });
    await compute(store, name, 'text');
    expect(readFileSync(object, 'utf8')).toBe('text');
    expect(readdirSync(join(layout.damaged, basename(object)))).toEqual([name]);
  }
});

test('what is wrong with one file of the store fails the stage that needs it, and no other', async () => {
  const store = await freshStore();
  const rig = new RunRig(toyDefinition((config) => `text of ${String(config['n'])}`));
  const pipeline = toyPipeline([
    { id: 'one', config: { n: 1 } },
    { id: 'two', config: { n: 2 } },
  ]);
  const plan = await rig.run(pipeline, {}, { store: rig.store });
  const layout = new Layout(store.directory);
  // A folder is in the place of the first one's record, and of the third one's lock.
  const three = toyPipeline([...[1, 2, 3].map((n) => ({ id: `s${n}`, config: { n } }))]);
  const [first] = plan.stages;
  mkdirSync(join(layout.record(first!.key!), 'inner'), { recursive: true });
  await store.hold();
  const third = (await rig.plan(three)).stages[2]!.forecast;
  if (third.state !== 'miss') throw new Error('it was to be computed');
  mkdirSync(join(layout.lock(third.key), 'inner'), { recursive: true });
  const summary = await rig.run(three, { keepGoing: true }, { store });
  expect(states(summary)).toEqual({ s1: 'failed', s2: 'ran', s3: 'failed' });
  for (const index of [0, 2]) {
    expect(summary.stages[index]!.because).toMatch(
      /^The artifact store .* could not rename .*: a folder (that is not empty )?is in its place \(E\w+\)\.$/,
    );
  }
});

describe('a place where nothing can be made', () => {
  test.each(['/proc/foo', '/proc/foo/bar', '/dev/null/foo'])('%s is refused with a message', async (place) => {
    const opening = storeAt(place).then((store) => store.hold());
    await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
    await expect(opening).rejects.toThrow(`The artifacts directory ${place} cannot be created`);
  });

  test('is refused for an export, too', async () => {
    const { store, record } = await storeOfA();
    await expect(store.export(record.outputs['out']!, '/proc/foo/out.txt')).rejects.toBeInstanceOf(EnvironmentError);
  });
});

test('a folder of a session that something still writes into is left for later, and stops nobody', async () => {
  const directory = join(freshDirectory(), 'store');
  const gone = await storeAt(directory);
  await gone.hold();
  const [token] = readdirSync(join(directory, 'tmp'));
  await gone.close();
  const left = join(directory, 'tmp', token!.replace(/^\d+/, String(2 ** 22 + 1)), 'draft-1', 'out');
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, '');
  await compute(await storeAt(directory), 'a', 'text');
  expect(readdirSync(join(directory, 'tmp'))).toHaveLength(1);
});
