import { expect, test } from 'vitest';
import type { KindCatalogue, ReadMemory } from '../../../src/schema/index.ts';
import { examplePipeline as base } from '../../support/example-pipeline.ts';
import { exampleCatalogue, exampleKinds, readTexts } from '../../support/pipeline-texts.ts';

/** A memory, what it holds, and a catalogue that counts how often a kind was asked for. */
function setting(program = 'v1', slots = new Map<string, string>()) {
  let asked = 0;
  const memory: ReadMemory = {
    program,
    find: async (slot) => slots.get(slot),
    keep: async (slot, text) => void slots.set(slot, text),
  };
  const kinds: KindCatalogue = {
    names: exampleCatalogue.names,
    find: async (uses, file) => {
      asked += 1;
      return exampleCatalogue.find(uses, file);
    },
  };
  const read = async (text: string, options: { sets?: string[]; overlays?: Record<string, string> } = {}) => {
    asked = 0;
    const pipelines = await readTexts({ base: text, memory, kinds, ...options });
    return { pipelines, checked: asked > 0 };
  };
  return { slots, read };
}

test('the same sources are checked once and read the same from memory, frozen', async () => {
  const { read, slots } = setting();
  const first = await read(base, { sets: ['params.temperature=4'] });
  const second = await read(base, { sets: ['params.temperature=4'] });
  expect([first.checked, second.checked]).toEqual([true, false]);
  expect(second.pipelines).toEqual(first.pipelines);
  expect(Object.isFrozen(second.pipelines[0]?.stages[0]?.config)).toBe(true);
  expect(slots.size).toBe(1);
});

test('an edit of the file or of an overlay is read again, in place of what was kept', async () => {
  const { read, slots } = setting();
  const overlays = (temperature: number) => ({ overlays: { 'a.yaml': `params: { temperature: ${temperature} }\n` } });
  await read(base, overlays(1));
  expect((await read(base, overlays(2))).pipelines[0]?.params['temperature']).toBe(2);
  expect((await read(base.replace('seed: 42', 'seed: 43'), overlays(2))).pipelines[0]?.params['seed']).toBe(43);
  expect(slots.size).toBe(1);
  expect((await read(base, { sets: ['params.seed=1'] })).checked).toBe(true);
});

test('what another program kept is not accepted', async () => {
  const { read, slots } = setting('v1');
  await read(base);
  expect((await setting('v2', slots).read(base)).checked).toBe(true);
  expect((await setting('v2', slots).read(base)).checked).toBe(false);
});

test('what was damaged is read again', async () => {
  const { read, slots } = setting();
  const { pipelines } = await read(base);
  const [[slot, text]] = [...slots] as [[string, string]];
  for (const damaged of ['', text.slice(0, -9), text.replace('"seed":42', '"seed":43'), text.split('\n')[0]!]) {
    slots.set(slot, damaged);
    const again = await read(base);
    expect(again.checked).toBe(true);
    expect(again.pipelines).toEqual(pipelines);
  }
});

test('problems are not kept, nor what a module of the user says', async () => {
  const { read, slots } = setting();
  await expect(read(base.replace('seed: 42', 'seed: x'))).rejects.toThrow('params.seed');
  expect(slots.size).toBe(0);
  const memory: ReadMemory = {
    program: 'v1',
    find: async () => undefined,
    keep: async (slot, text) => void slots.set(slot, text),
  };
  const kinds = { names: [], find: async () => exampleKinds[0] };
  await readTexts({ base: 'name: a\nstages: { b: { uses: ./b.ts } }\n', memory, kinds });
  expect(slots.size).toBe(0);
});
