import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Definition } from '../../../../src/engine/index.ts';
import { freshStore } from '../../../support/fresh-store.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

/** Writes a directory of two files. */
const folder: Definition = toyDefinition(undefined, {
  uses: 'folder',
  outputs: { made: { summary: '', file: 'made', directory: true } },
  load: async () => ({
    run: async ({ config, outputs }) => {
      mkdirSync(outputs['made']!);
      writeFileSync(join(outputs['made']!, 'one.txt'), String(config['one']));
      writeFileSync(join(outputs['made']!, 'two.txt'), 'two');
      return {};
    },
  }),
});

/** Reads what `folder` made. */
const reader: Definition = toyDefinition(undefined, {
  uses: 'reader',
  load: async () => ({
    run: async ({ inputs, outputs }) => {
      const read = (name: string) => readFileSync(join(inputs['from']!, name), 'utf8');
      writeFileSync(outputs['out']!, `${read('one.txt')} ${read('two.txt')}`);
      return {};
    },
  }),
});

test('the same promises hold on the store on disk', async () => {
  const rig = new RunRig(folder, reader);
  const store = await freshStore();
  const run = (one: number) =>
    rig.run(
      toyPipeline([
        { id: 'a', uses: 'folder', config: { one } },
        { id: 'b', uses: 'reader', needs: { from: 'a.made' } },
      ]),
      {},
      { store },
    );
  const first = await run(1);
  expect(states(first)).toEqual({ a: 'ran', b: 'ran' });
  expect(states(await run(1))).toEqual({ a: 'hit', b: 'hit' });
  expect(states(await run(2))).toEqual({ a: 'ran', b: 'ran' });
  expect(rig.eventsOf('stage-started')[0]?.reason).toEqual({
    kind: 'changed',
    changes: [{ field: 'with.one', before: '1', after: '2' }],
  });
  expect(states(await run(1))).toEqual({ a: 'hit', b: 'hit' });

  const path = await store.open(first.stages[1]!.outputs['out']!, 'out.txt');
  expect(readFileSync(path, 'utf8')).toBe('1 two');
  chmodSync(path, 0o644);
  writeFileSync(path, 'altered');
  expect(states(await run(1))).toEqual({ a: 'hit', b: 'ran' });
  expect(rig.eventsOf('stage-started')[0]?.reason.kind).toBe('object-damaged');
  expect(readFileSync(await store.open(first.stages[1]!.outputs['out']!, 'out.txt'), 'utf8')).toBe('1 two');
  rig.store.remove();
});
