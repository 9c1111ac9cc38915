import { expect, test } from 'vitest';
import { frozenOut, type MissReason, type RunSummary, type StageSummary } from '../../../src/engine/index.ts';
import { summaryJson } from '../../../src/report/json.ts';
import { nextText, summaryText } from '../../../src/report/summary.ts';

const stage = (id: string, values: Partial<StageSummary> = {}): StageSummary => ({
  id,
  stage: id.replace(/\{.*/u, ''),
  uses: 'kind',
  key: 'a1b2c3d4e5f60718'.repeat(4),
  state: 'ran',
  because: undefined,
  reason: undefined,
  seconds: 2.5,
  outputs: {},
  metrics: {},
  provenance: {},
  files: {},
  variants: [{}],
  ...values,
});

function summary(stages: readonly StageSummary[], values: Partial<RunSummary> = {}): RunSummary {
  const count = (state: StageSummary['state']) => stages.filter((each) => each.state === state).length;
  return {
    run: '20260101-000000',
    pipeline: 'demo',
    outcome: 'done',
    seconds: 71,
    hits: count('hit'),
    ran: count('ran'),
    failed: count('failed'),
    skipped: count('skipped'),
    stages,
    ...values,
  };
}

const judged = (clean: number, corrupted: number) => ({
  images: 'SYNTHETIC images, not CIFAR-10',
  cleanAccuracy: clean,
  corruptedAccuracy: corrupted,
  bySeverity: { gaussian_noise: { 5: corrupted - 0.1 }, fog: { 1: 0.95, 5: corrupted + 0.1 } },
  notEvaluated: { frost: 'there are no photographs' },
});

test('what ran and why, what was reused and what that saved, and the models side by side', () => {
  const text = summaryText(
    summary([
      stage('data', { state: 'hit', seconds: 60 }),
      stage('student', {
        reason: { kind: 'changed', changes: [{ field: 'with.temperature', before: '10', after: '4' }] },
      }),
      stage('evaluate-teacher', { state: 'hit', seconds: 5, metrics: judged(0.9, 0.5) }),
      stage('evaluate-student', { metrics: judged(0.9123, 0.75), reason: { kind: 'never-run' } }),
    ]),
  );
  expect(text).toMatchInlineSnapshot(`
    "stage             state     took  key           why
    ────────────────  ──────  ──────  ────────────  ─────────────────────────
    data              reused  1m 00s  a1b2c3d4e5f6
    student           ran       2.5s  a1b2c3d4e5f6  with.temperature: 10 -> 4
    evaluate-teacher  reused    5.0s  a1b2c3d4e5f6
    evaluate-student  ran       2.5s  a1b2c3d4e5f6  never run

    model             n  clean, %  corrupted (severity 5), %
    ────────────────  ─  ────────  ─────────────────────────
    evaluate-teacher  1     90.00                      50.00
    evaluate-student  1     91.23                      75.00

    nothing is repeated: no mean has an error

    accuracy at severity 5, %  evaluate-teacher  evaluate-student
    ─────────────────────────  ────────────────  ────────────────
    noise
      gaussian noise                      40.00             65.00
    weather
      fog                                 60.00             85.00

    measured once: no errors over repetitions

    not evaluated: frost: there are no photographs
    images: SYNTHETIC images, not CIFAR-10

    done in 1m 11s: 2 ran, 2 reused (saved 1m 05s)
    "
  `);
});

test('of a sweep, the swept values against clean and corrupted accuracy; a variant that failed has none', () => {
  const variants = [{ 'params.temperature': 1 }, { 'params.temperature': 4 }];
  const text = summaryText(
    summary(
      [
        stage('evaluate-teacher', { metrics: { cleanAccuracy: 0.8, corruptedAccuracy: 0.4 }, variants }),
        stage('evaluate-student{temperature=1}', {
          metrics: { cleanAccuracy: 0.7, corruptedAccuracy: 0.6, benchmarkAccuracy: 0.65 },
          variants: [variants[0]!],
        }),
        stage('evaluate-student{temperature=4}', {
          state: 'failed',
          because: 'training diverged: the loss is NaN at step 3 of epoch 1',
          variants: [variants[1]!],
        }),
      ],
      { outcome: 'failed' },
    ),
  );
  expect(text).toMatchInlineSnapshot(`
    "stage                            state   took  key           why
    ───────────────────────────────  ──────  ────  ────────────  ───
    evaluate-teacher                 ran     2.5s  a1b2c3d4e5f6
    evaluate-student{temperature=1}  ran     2.5s  a1b2c3d4e5f6
    evaluate-student{temperature=4}  failed  2.5s  a1b2c3d4e5f6

    evaluate-student{temperature=4} failed: training diverged: the loss is NaN at step 3 of epoch 1

    model                            n  clean, %  corrupted (severity 5), %  benchmark (15 x 5), %
    ───────────────────────────────  ─  ────────  ─────────────────────────  ─────────────────────
    evaluate-teacher                 1     80.00                      40.00                     –ᵃ
    evaluate-student{temperature=1}  1     70.00                      60.00                  65.00

    nothing is repeated: no mean has an error
    ᵃ evaluate-teacher did not evaluate all 15 benchmark corruptions at all 5 severities

    failed in 1m 11s: 2 ran, 0 reused, 1 failed
    "
  `);
});

test('a narrow terminal gets several tables, one below the other', () => {
  const stages = [1, 2, 3].map((at) => stage(`model-${at}`, { metrics: { cleanAccuracy: at / 10 } }));
  const text = summaryText(summary(stages), 28);
  expect(
    Math.max(
      ...text
        .split('\n')
        .slice(0, -2)
        .map(({ length }) => length),
    ),
  ).toBeLessThanOrEqual(28);
  expect(text).toMatchInlineSnapshot(`
    "stage    state  took  key
    ───────  ─────  ────  ─────…
    model-1  ran    2.5s  a1b2c…

    model-2  ran    2.5s  a1b2c…

    model-3  ran    2.5s  a1b2c…


    model    n  clean, %
    ───────  ─  ────────
    model-1  1     10.00
    model-2  1     20.00
    model-3  1     30.00

    nothing is repeated: no mean
    has an error

    done in 1m 11s: 3 ran, 0 reused
    "
  `);
});

test('the JSON holds each stage with its outputs and their paths', () => {
  const output = { digest: 'd'.repeat(64), bytes: 12, directory: false };
  const json = summaryJson(
    summary([
      stage('data', { outputs: { dataset: output }, metrics: { images: 3 } }),
      stage('later', { state: 'skipped', key: undefined, because: 'needs "x", which failed', seconds: 0 }),
    ]),
    ({ digest }) => `/store/${digest.slice(0, 2)}`,
  );
  expect(json).toEqual({
    pipeline: 'demo',
    run: '20260101-000000',
    outcome: 'done',
    seconds: 71,
    hits: 0,
    ran: 1,
    failed: 0,
    skipped: 1,
    stages: [
      {
        id: 'data',
        uses: 'kind',
        key: 'a1b2c3d4e5f60718'.repeat(4),
        state: 'ran',
        because: null,
        seconds: 2.5,
        outputs: { dataset: { digest: 'd'.repeat(64), bytes: 12, path: '/store/dd' } },
        metrics: { images: 3 },
        variants: [{}],
      },
      {
        id: 'later',
        uses: 'kind',
        key: null,
        state: 'skipped',
        because: 'needs "x", which failed',
        seconds: 0,
        outputs: {},
        metrics: {},
        variants: [{}],
      },
    ],
  });
});

test('what a frozen run would have run has the reason, as in a plan', () => {
  const reason: MissReason = {
    kind: 'changed',
    changes: [{ field: 'with.temperature', before: '10', after: '4' }],
  };
  const text = summaryText(
    summary(
      [
        stage('student', { state: 'skipped', because: frozenOut, reason, seconds: 0 }),
        stage('judge', { state: 'skipped', because: frozenOut, key: undefined, seconds: 0 }),
        stage('other', { state: 'skipped', because: 'the run was interrupted', reason, seconds: 0 }),
      ],
      { outcome: 'failed' },
    ),
  );
  expect(text).toContain('would run: with.temperature: 10 -> 4\n');
  expect(text).toContain('would have to run, but the run is frozen\n');
  expect(text).toContain('the run was interrupted\n');
});

test('after the first run, nothing names a run before it', () => {
  const done = summary([stage('a')]);
  expect(nextText(done, true)).toBe('next: pipe report for curves and tables in one file\n');
  expect(nextText(done, false)).toContain('pipe diff -2');
});
