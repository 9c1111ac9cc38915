import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { freshDirectory, freshStore, storeAt } from '../../../support/fresh-store.ts';

const noon = { ...systemClock, now: () => Date.UTC(2026, 10, 24, 12) };

test('a run is kept with its events, and listed newest first', async () => {
  let now = noon.now();
  const store = await freshStore({ clock: { ...noon, now: () => now } });
  const first = await store.runs.start({ pipeline: 'a.yaml' });
  first.append({ type: 'stage-hit', stage: 'data' });
  first.append({ type: 'run-finished' });
  first.finish({ hits: 1 });
  const second = await store.runs.start({ pipeline: 'b.yaml' });
  now += 1000;
  const third = await store.runs.start({ pipeline: 'c.yaml' });
  expect([first.id, second.id, third.id]).toEqual(['20261124-120000', '20261124-120000-2', '20261124-120001']);
  expect(store.runs.list()).toEqual([
    { id: third.id, started: '2026-11-24T12:00:01.000Z', state: 'running', request: { pipeline: 'c.yaml' } },
    { id: second.id, started: '2026-11-24T12:00:00.000Z', state: 'running', request: { pipeline: 'b.yaml' } },
    {
      id: first.id,
      started: '2026-11-24T12:00:00.000Z',
      state: 'finished',
      request: { pipeline: 'a.yaml' },
      result: { hits: 1 },
    },
  ]);
  expect(store.runs.events(first.id)).toEqual([
    { at: '2026-11-24T12:00:00.000Z', type: 'stage-hit', stage: 'data' },
    { at: '2026-11-24T12:00:00.000Z', type: 'run-finished' },
  ]);
  expect(store.runs.find('20200101-000000')).toBeUndefined();
});

test('a run whose process is gone was broken off', async () => {
  const directory = join(freshDirectory(), 'store');
  const store = await storeAt(directory);
  const run = await store.runs.start({});
  for (let index = 0; index < 1000; index += 1) run.append({ type: 'progress', index });
  await store.close();
  const reader = await storeAt(directory, { readonly: true });
  expect(reader.runs.list()).toEqual([expect.objectContaining({ id: run.id, state: 'broken-off' })]);
  const kept = reader.runs.events(run.id);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept[99]).toMatchObject({ type: 'progress', index: 99 });
});

test('what a crash or a hand has spoilt is passed over', async () => {
  const store = await freshStore();
  const run = await store.runs.start({});
  run.append({ type: 'one' });
  run.finish({});
  appendFileSync(join(run.directory, 'events.jsonl'), 'garbage\n{"type":"tw');
  expect(store.runs.events(run.id)).toMatchObject([{ type: 'one' }]);
  writeFileSync(join(run.directory, 'run.json'), '{');
  expect(store.runs.list()).toEqual([]);
});

test.each(['null', '{}', '[]', '"text"', '{"started":1}', '{"started":"x","session":null,"request":{}}'])(
  'a run whose file holds %s is passed over, and stops no other',
  async (text) => {
    const store = await freshStore();
    const spoilt = await store.runs.start({});
    writeFileSync(join(spoilt.directory, 'run.json'), text);
    expect(store.runs.find(spoilt.id)).toBeUndefined();
    const next = await store.runs.start({});
    expect(store.runs.list().map(({ id }) => id)).toEqual([next.id]);
  },
);

test('a store that is only read has runs to list, but starts none', async () => {
  const directory = join(freshDirectory(), 'store');
  const reader = await storeAt(directory, { readonly: true });
  expect(reader.runs.list()).toEqual([]);
  await expect(reader.runs.start({})).rejects.toThrow('was opened read-only');
  expect(readdirSync(join(directory, '..'))).toEqual([]);
});

test('how far a run is, is there while it goes on, beside the events so far', async () => {
  const store = await freshStore({ clock: noon });
  const run = await store.runs.start({});
  expect(store.runs.progress(run.id)).toBeUndefined();
  run.append({ type: 'one' });
  expect(store.runs.eventBytes(run.id)).toBe(0);
  run.note({ a: 1 });
  run.note({ b: 2 });
  expect(store.runs.progress(run.id)).toEqual({ b: 2 });
  expect(store.runs.events(run.id)).toMatchObject([{ type: 'one' }]);
  expect(store.runs.eventBytes(run.id)).toBeGreaterThan(0);
  run.finish({});
  expect(readdirSync(run.directory).sort()).toEqual(['events.jsonl', 'run.json']);
});
