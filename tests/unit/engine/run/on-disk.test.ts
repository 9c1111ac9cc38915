import {
  appendFileSync,
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { FileDigests } from '../../../../src/engine/file-digests.ts';
import type { StageDefinition } from '../../../../src/engine/index.ts';
import { freshDirectory, freshStore } from '../../../support/fresh-store.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

/** Writes a directory of two files. */
const folder: StageDefinition = toyDefinition(undefined, {
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
const reader: StageDefinition = toyDefinition(undefined, {
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
  expect(rig.eventsOf('stage-started')[0]?.reason).toMatchObject({
    kind: 'changed',
    against: { stage: 'a', key: first.stages[0]!.key },
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

describe('a file that a stage declares', () => {
  /** A kind that reads a file while it runs; `at` is called when it starts. */
  function rigReading(at: (file: string) => void) {
    const directory = freshDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, 'declared');
    const kind = toyDefinition(undefined, {
      uses: 'reader',
      source: async (_config, world) => ({ facts: async () => ({ file: await world.digest(file) }) }),
      load: async () => ({
        run: async ({ outputs }) => {
          at(file);
          writeFileSync(outputs['out']!, readFileSync(file));
          return {};
        },
      }),
    });
    const rig = new RunRig(kind, toyDefinition());
    const digests = new FileDigests(join(directory, 'digests'), systemClock);
    rig.world = {
      environment: {},
      directory,
      digest: (path) => digests.digest(path),
      version: (path) => digests.version(path),
    };
    return { rig, file };
  }

  /** Gives a file other bytes, and then its own again with the times it had, as `cp -p` does. */
  function changeAndPutBack(file: string, meanwhile: () => void): void {
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'another ');
    meanwhile();
    writeFileSync(file, 'declared');
    utimesSync(file, atime, mtime);
  }

  test('and was changed and put back while the stage ran gives no result', async () => {
    const { rig } = rigReading((path) => changeAndPutBack(path, () => undefined));
    const { stages } = await rig.run(toyPipeline([{ id: 'a', uses: 'reader' }]));
    expect(stages[0]).toMatchObject({
      state: 'failed',
      because: expect.stringMatching(/^What the stage depends on changed while it ran: \/.*\/file\.$/) as string,
    });
    expect(rig.store.records.size).toBe(0);
  });

  test('and was changed and put back while the stage waited is read as it is keyed', async () => {
    const { rig, file } = rigReading(() => undefined);
    rig.onEvent = (event) => {
      if (event.type === 'run-started') changeAndPutBack(file, () => undefined);
    };
    const { stages } = await rig.run(toyPipeline([{ id: 'a', uses: 'reader' }]));
    expect(rig.store.text(stages[0]!.outputs['out'])).toBe('declared');
  });

  test('and was changed while the stage waited gives no result, and the stage does not begin', async () => {
    let began = false;
    const { rig, file } = rigReading(() => {
      began = true;
    });
    rig.onEvent = (event) => {
      if (event.type === 'run-started') writeFileSync(file, 'another ');
    };
    const { stages } = await rig.run(toyPipeline([{ id: 'a', uses: 'reader' }]));
    expect(stages[0]!.because).toBe('What the stage depends on changed while it waited: its file.');
    expect(began).toBe(false);
  });
});

describe('code that is not ours', () => {
  test('gets copies of its inputs, and what it writes after it has ended reaches nothing that is kept', async () => {
    const open: number[] = [];
    const foreign = toyDefinition(undefined, {
      uses: 'foreign',
      runsForeignCode: true,
      load: async () => ({
        run: async ({ inputs, outputs }) => {
          for (const path of Object.values(inputs)) {
            chmodSync(path, 0o644);
            appendFileSync(path, ' and written to by its reader');
          }
          writeFileSync(outputs['out']!, 'as it ended');
          open.push(openSync(outputs['out']!, 'r+'));
          return {};
        },
      }),
    });
    const rig = new RunRig(foreign);
    const store = await freshStore();
    const pipeline = toyPipeline([
      { id: 'a', uses: 'foreign' },
      { id: 'b', uses: 'foreign', config: { b: 1 }, needs: { from: 'a' } },
    ]);
    const { stages } = await rig.run(pipeline, {}, { store });
    for (const descriptor of open) {
      writeSync(descriptor, 'poisoned by', 0);
      fsyncSync(descriptor);
      closeSync(descriptor);
    }
    for (const stage of stages) {
      expect(await store.find(stage.key!, { verify: true })).toMatchObject({ state: 'hit' });
      expect(readFileSync(await store.open(stage.outputs['out']!, 'out'), 'utf8')).toBe('as it ended');
    }
  });
});
