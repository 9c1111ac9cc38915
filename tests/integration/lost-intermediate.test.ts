import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { DigestCache } from '../../src/disk/digest-cache.ts';
import { stateOf } from '../../src/disk/file-state.ts';
import { freshDirectory } from '../support/fresh-store.ts';
import { pipe } from '../support/pipe.ts';
import { settledClock } from '../support/settled-clock.ts';

const pipeline = `name: lost
stages:
  a: { uses: shell, with: { command: "echo a > a.txt", outputs: { out: a.txt } } }
  b: { uses: shell, needs: { from: a.out }, with: { command: "cat a.txt a.txt > b.txt", inputs: { from: a.txt }, outputs: { out: b.txt } } }
`;

interface Summary {
  readonly stages: readonly {
    readonly state: string;
    readonly outputs: { readonly out: { readonly path: string | null } };
  }[];
}

test('an intermediate whose object is gone is reported as gone, and the command that is named makes it again', async () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  const run = (...words: string[]) => pipe(['run', 'p.yaml', ...words], { directory });
  const first = JSON.parse((await run('--json')).stdout) as Summary;
  const lost = first.stages[0]!.outputs.out.path!;
  rmSync(lost);

  const again = await run('--json');
  const { stages } = JSON.parse(again.stdout) as Summary;
  expect(stages.map(({ state, outputs }) => [state, outputs.out.path !== null])).toEqual([
    ['hit', false],
    ['hit', true],
  ]);
  const advice = 'a.out: not in the store, because no stage needed it. pipe run p.yaml --target a recomputes it.';
  expect(again.stderr).toContain(advice);
  expect((await pipe(['show', 'a'], { directory })).stdout).toMatch(/out {2}2 B {2}sha256 \w+ {2}not in the store/u);

  const refused = await pipe(['export', 'p.yaml', 'a.out', 'there'], { directory });
  expect(refused).toMatchObject({
    code: 1,
    stderr: `error: The store has no complete result of a to export.
hint: pipe run p.yaml --target a computes it, if the settings are the same
`,
  });

  const made = await run('--target', 'a');
  expect(made.stdout).not.toContain('not in the store, because');
  expect(existsSync(lost)).toBe(true);
  expect((await pipe(['export', 'p.yaml', 'a.out', 'there'], { directory })).code).toBe(0);
  expect(readFileSync(join(directory, 'there/a.txt'), 'utf8')).toBe('a\n');
});

test('an intermediate that a stage needs is made again without being asked for', async () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  const run = () => pipe(['run', 'p.yaml', '--json'], { directory });
  const first = JSON.parse((await run()).stdout) as Summary;
  for (const { outputs } of first.stages) rmSync(outputs.out.path!);
  const { stages } = JSON.parse((await run()).stdout) as Summary;
  expect(stages.map(({ state }) => state)).toEqual(['ran', 'ran']);
  for (const { outputs } of stages) expect(existsSync(outputs.out.path!)).toBe(true);
});

test('PIPE_HASH_ALL=1 finds what was altered and whose times say that it was not', async () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  const run = async (environment = {}) => {
    const { stdout } = await pipe(['run', 'p.yaml', '--json'], { directory, environment });
    return (JSON.parse(stdout) as Summary).stages.map(({ state, outputs }) => [state, outputs.out.path] as const);
  };
  const [, last] = await run();
  const path = last![1]!;
  chmodSync(path, 0o644);
  writeFileSync(path, 'x\nx\n');
  const states = new DigestCache(join(directory, 'artifacts/states'), settledClock);
  states.keep();
  states.remember(basename(path), stateOf(path)!, basename(path));
  expect((await run()).map(([state]) => state)).toEqual(['hit', 'hit']);
  expect((await run({ PIPE_HASH_ALL: '1' })).map(([state]) => state)).toEqual(['hit', 'ran']);
  expect(readFileSync(path, 'utf8')).toBe('a\na\n');
});
