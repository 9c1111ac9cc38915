import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleChild } from '../support/bundle-child.ts';
import { freshDirectory, storeAt } from '../support/fresh-store.ts';
import { notes, perform, type Work, works } from '../support/store-workload.ts';

const LONG = process.env['PIPE_TEST_LONG'] !== undefined;
const PATIENCE = LONG ? 1_800_000 : 120_000;
const stages = works(3);
let child: Awaited<ReturnType<typeof bundleChild>>;

beforeAll(async () => {
  child = await bundleChild('kill-child');
});
afterAll(() => child.remove());

function start(...values: readonly (string | number)[]): ChildProcess {
  return spawn(process.execPath, [child.file, ...values.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(process: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: process.stdout! })) return line;
  return '';
}

async function outcome(process: ChildProcess): Promise<{ code: number | null; signal: string | null; output: string }> {
  let output = '';
  process.stdout?.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const [code, signal] = (await once(process, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

async function kill(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'close');
}

/** The digests of everything that a store computes for the stages, starting empty. */
async function undisturbed(): Promise<readonly unknown[]> {
  return results(join(freshDirectory(), 'store'), stages);
}

async function results(directory: string, wanted: readonly Work[]): Promise<readonly unknown[]> {
  const store = await storeAt(directory);
  const records = [];
  const onWait = (holder: string) => expect.fail(`waited for ${holder}, who is dead`);
  for (const work of wanted) records.push((await perform(store, work, { onWait })).outputs);
  await store.close();
  return records;
}

/** A store after a kill: no record or object is incomplete, and everything exists again after the next run. */
async function expectWhole(directory: string): Promise<void> {
  const reader = await storeAt(directory, { readonly: true });
  expect(await reader.verifyAll()).toMatchObject({ damagedObjects: [], refusedRecords: [] });
}

async function expectHealed(directory: string, expected: readonly unknown[]): Promise<void> {
  expect(await results(directory, stages)).toEqual(expected);
  await expectWhole(directory);
  expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
}

describe('a process killed at any call of the file system', () => {
  test('leaves whole records only, and the next run completes', { timeout: PATIENCE }, async () => {
    const expected = await undisturbed();
    const directory = join(freshDirectory(), 'store');
    const total = Number((await outcome(start('cycle', directory, 0))).output);
    expect(total).toBeGreaterThan(100);
    const kills = LONG ? total : 25;
    let killed = 0;
    for (let index = 0; index < kills; index += 1) {
      const call = 1 + Math.floor((index * total) / kills);
      const { code, signal } = await outcome(start('cycle', directory, call));
      if (signal === 'SIGKILL') killed += 1;
      else expect(code, `not killed at call ${call}`).toBe(0);
      await expectWhole(directory);
      // Every second process to be killed finds the leftovers of the previous one.
      if (index % 2 === 0) await expectHealed(directory, expected);
    }
    // With a history, a cycle takes a few calls less, so the last numbers may not be reached.
    expect(killed).toBeGreaterThanOrEqual(0.9 * kills);
  });

  test('or at any moment', { timeout: PATIENCE }, async () => {
    const expected = await undisturbed();
    const directory = join(freshDirectory(), 'store');
    for (let index = 0; index < (LONG ? 100 : 5); index += 1) {
      const [one, other] = [start('forever', directory), start('forever', directory)];
      await Promise.all([firstLine(one), firstLine(other)]);
      await new Promise((resolve) => setTimeout(resolve, (index * 37) % 101));
      await Promise.all([kill(one), kill(other)]);
      await expectWhole(directory);
      await expectHealed(directory, expected);
    }
  });
});

test('eight processes compute each stage once, and all have the same results', { timeout: PATIENCE }, async () => {
  const directory = freshDirectory();
  const log = join(directory, 'computed');
  const count = 20;
  const all = Array.from({ length: 8 }, (_, index) =>
    outcome(start('compute', join(directory, 'store'), count, index * 7, log)),
  );
  const outcomes = await Promise.all(all);
  expect(outcomes.map(({ code }) => code)).toEqual(Array(8).fill(0));
  expect([...notes(log)].sort()).toEqual(
    works(count)
      .map((work) => work.name)
      .sort(),
  );
  const sorted = outcomes.map(({ output }) => output.split('\n').sort().join('\n'));
  expect(new Set(sorted).size).toBe(1);
});

describe('a claim whose holder is killed', () => {
  test('is taken over by who waits', async () => {
    const directory = join(freshDirectory(), 'store');
    const holder = start('hold', directory, stages[0]!.key);
    await firstLine(holder);
    const heard: string[] = [];
    const record = await perform(await storeAt(directory), stages[0]!, {
      onWait: (who) => {
        heard.push(who);
        holder.kill('SIGKILL');
      },
    });
    expect(heard).toEqual([expect.stringContaining(`process ${holder.pid} on `)]);
    expect(record.key).toBe(stages[0]!.key);
  });

  test('is nobody’s for who comes later', async () => {
    const directory = join(freshDirectory(), 'store');
    const holder = start('hold', directory, stages[0]!.key);
    await firstLine(holder);
    await kill(holder);
    const [record] = await results(directory, stages.slice(0, 1));
    expect(record).toBeDefined();
  });

  test('does not keep anybody from reading', async () => {
    const directory = join(freshDirectory(), 'store');
    const holder = start('hold', directory, stages[0]!.key);
    await firstLine(holder);
    expect(await (await storeAt(directory)).find(stages[0]!.key)).toEqual({ state: 'miss' });
    await kill(holder);
  });
});
