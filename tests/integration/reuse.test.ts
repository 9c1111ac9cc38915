import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';

interface Summary {
  readonly ran: number;
  readonly hits: number;
  readonly stages: readonly {
    readonly id: string;
    readonly state: string;
    readonly metrics: Record<string, unknown>;
  }[];
}

let artifacts: string;

beforeAll(async () => {
  artifacts = await mkdtemp(join(tmpdir(), 'pipe-reuse-'));
});

afterAll(() => rm(artifacts, { recursive: true, force: true }));

const base = ['pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml', '--json'];

async function run(...options: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await pipe(['run', ...base, '--artifacts', artifacts, ...options]);
  expect(stderr + (code === 0 ? '' : stdout)).not.toContain('bug');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Summary;
}

const ranIn = ({ stages }: Summary) => stages.filter(({ state }) => state === 'ran').map(({ id }) => id);

describe('the real pipeline on tiny data', () => {
  test('nothing is known before the first run, and frozen says so', async () => {
    const { code, stderr } = await pipe(['run', ...base, '--artifacts', artifacts, '--frozen']);
    expect(code).toBe(1);
    expect(stderr).toContain('would have to run: data, initial-weights, teacher, logits, student');
  });

  test('the first run executes every stage, the second none', async () => {
    const first = await run();
    expect(first.ran).toBe(first.stages.length);
    expect((await run()).ran).toBe(0);
  });

  test('another temperature executes the student and its evaluation; going back, nothing', async () => {
    expect(ranIn(await run('--set', 'params.temperature=4'))).toEqual(['student', 'evaluate-student']);
    expect((await run()).ran).toBe(0);
  });

  test('another teacher learning rate executes teacher, logits, student and evaluations', async () => {
    expect(ranIn(await run('--set', 'params.teacher.optimizer.learningRate=0.002'))).toEqual([
      'teacher',
      'logits',
      'student',
      'evaluate-teacher',
      'evaluate-student',
    ]);
    expect((await run()).ran).toBe(0);
  });

  test('a sweep shares everything up to the logits, and reuses the variants that are known', async () => {
    const sweep = await run('--sweep', 'params.temperature=1,4,10');
    expect(ranIn(sweep)).toEqual(['student{temperature=1}', 'evaluate-student{temperature=1}']);
    expect(sweep.stages.filter(({ id }) => id.startsWith('logits'))).toHaveLength(1);
  });

  test('once warm, frozen passes', async () => {
    expect((await run('--frozen')).ran).toBe(0);
  });
});
