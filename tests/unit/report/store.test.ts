import { expect, test } from 'vitest';
import type { RunSummary, StageRecord } from '../../../src/engine/index.ts';
import type { Collection, LoggedRun } from '../../../src/engine/store/index.ts';
import type { JsonObject } from '../../../src/json/json.ts';
import { collectionJson, collectionText } from '../../../src/report/collection.ts';
import { recordJson, recordText } from '../../../src/report/record.ts';
import { runJson, runsText, runText } from '../../../src/report/runs.ts';
import { verificationText } from '../../../src/report/verification.ts';

const digest = (letter: string) => letter.repeat(64);

const record = (key: string, temperature: number, finished: string): StageRecord => ({
  format: 1,
  key: digest(key),
  material: {
    format: 1,
    uses: 'train-student',
    version: 3,
    config: { temperature },
    inputs: { logits: digest('e') },
  },
  outputs: {
    weights: { digest: digest('c'), bytes: 94_000_000, directory: false },
    plots: { digest: digest('d'), bytes: 1200, directory: true },
  },
  metrics: { accuracy: 0.75 },
  provenance: {
    run: '20260101-000000',
    pipeline: 'consistency',
    stage: 'student',
    config: { temperature, checkpointSeconds: 60 },
    inputs: { logits: 'logits.logits' },
    origin: { package: '0.1.0', git: { commit: 'abc', dirty: false } },
    ranOn: { device: { backend: 'tensorflow', kind: 'cpu' } },
  },
  seconds: 3725,
  finished,
});

test('all that a record says, and what came before it', () => {
  const now = record('a', 4, '2026-01-02T03:04:05.678Z');
  const before = [record('b', 10, '2026-01-01T00:00:00Z')];
  const pathOf = ({ digest: of }: { digest: string }) => `/store/${of.slice(0, 4)}`;
  expect(recordText(now, before, pathOf)).toMatchInlineSnapshot(`
    "stage   student, of kind train-student, version 3
    key     aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    made    2026-01-02 03:04:05 UTC, took 1h 02m
    run     20260101-000000 of consistency
    ran on  device.backend: "tensorflow", device.kind: "cpu"
    code    package: "0.1.0", git.commit: "abc", git.dirty: false

    outputs
      weights  94.0 MB  sha256 cccccccccccc  /store/cccc
      plots  directory of 1.20 kB  sha256 dddddddddddd  /store/dddd

    metrics
      accuracy: 0.75

    inputs
      logits: logits.logits, eeeeeeeeeeee

    key material
      format: 1
      uses: "train-student"
      version: 3
      config.temperature: 4
      inputs.logits: "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

    settings outside the key
      checkpointSeconds: 60

    before
      2026-01-01 00:00:00 UTC  bbbbbbbbbbbb  with.temperature was 10
    "
  `);
  expect(recordJson(now, before, pathOf)).toMatchObject({
    key: digest('a'),
    outputs: { weights: { path: '/store/cccc' } },
    before: [{ key: digest('b'), seconds: 3725 }],
  });
});

const collection: Collection = {
  removed: [
    { kind: 'record', name: digest('a'), record: record('a', 4, ''), lastUsed: 0, bytes: 94_001_200 },
    { kind: 'checkpoints', name: digest('b'), lastUsed: 86_400_000, bytes: 500 },
    { kind: 'run', name: '20260101-000000', lastUsed: 86_400_000, bytes: 20_000 },
  ],
  objects: 3,
  freedBytes: 94_021_700,
  remainingBytes: 1_500_000_000,
};

test('what a collection would remove, and what it removed', () => {
  expect(collectionText(collection, false)).toMatchInlineSnapshot(`
    "name             what                                   size  last used
    ───────────────  ──────────────────────────────────  ───────  ───────────────────────
    aaaaaaaaaaaa     result of student                   94.0 MB  1970-01-01 00:00:00 UTC
    bbbbbbbbbbbb     checkpoints of an unfinished stage    500 B  1970-01-02 00:00:00 UTC
    20260101-000000  log of a run                        20.0 kB  1970-01-02 00:00:00 UTC

    3 items would be removed, 94.0 MB freed, 1.50 GB kept; add --yes to remove them
    "
  `);
  expect(collectionText(collection, true)).toContain('3 items removed, 94.0 MB freed, 1.50 GB kept\n');
  expect(collectionText({ ...collection, removed: [] }, true)).toBe('nothing to remove; 1.50 GB are kept\n');
  expect(collectionJson(collection, false)).toMatchObject({ removed: false, freedBytes: 94_021_700 });
});

test('what a verification found, whose it is, and what to do', () => {
  const found = { records: 3, objects: 1200, bytes: 2e9, damagedObjects: [], refusedRecords: [] };
  expect(verificationText(found, false)).toBe('3 results, 1,200 objects, 2.00 GB: all intact\n');
  const damaged = {
    ...found,
    damagedObjects: [
      {
        digest: digest('c'),
        path: '/store/cc',
        damage: 'damaged' as const,
        neededBy: [{ key: digest('a'), output: 'weights', uses: 'train-student' }],
      },
    ],
    refusedRecords: [{ path: '/store/records/aa.json', refusal: 'it is not JSON' }],
  };
  expect(verificationText(damaged, false)).toMatchInlineSnapshot(`
    "damaged: /store/cc
      is weights of train-student, key aaaaaaaaaaaa
    invalid record: /store/records/aa.json
      it is not JSON

    3 results, 1,200 objects, 2.00 GB: 2 damaged
    pipe verify --repair removes them, and the next run recomputes them
    "
  `);
  expect(verificationText(damaged, true)).toMatch(/removed: the next run recomputes them\n$/u);
});

const request: JsonObject = {
  pipeline: 'consistency.yaml',
  overlay: ['quick.yaml'],
  set: ['params.temperature=4'],
  sweep: [],
  target: [],
  force: [],
};
const result: RunSummary = {
  run: '20260102-000000',
  pipeline: 'consistency',
  outcome: 'failed',
  seconds: 12,
  hits: 1,
  ran: 2,
  failed: 1,
  skipped: 0,
  stages: [],
};
const failedRun: LoggedRun = {
  id: '20260102-000000',
  started: '2026-01-02T00:00:00.000Z',
  state: 'finished',
  request,
  result: result as unknown as JsonObject,
};
const brokenOff: LoggedRun = {
  id: '20260101-000000',
  started: '2026-01-01T00:00:00.000Z',
  state: 'broken-off',
  request,
};

test('the runs so far', () => {
  expect(runsText([failedRun, brokenOff])).toMatchInlineSnapshot(`
    "run              started                  outcome     ran  reused  failed   took  of
    ───────────────  ───────────────────────  ──────────  ───  ──────  ──────  ─────  ────────────────────────────────────────────────────────────────
    20260102-000000  2026-01-02 00:00:00 UTC  failed        2       1       1  12.0s  consistency.yaml --overlay quick.yaml --set params.temperature=4
    20260101-000000  2026-01-01 00:00:00 UTC  broken-off                              consistency.yaml --overlay quick.yaml --set params.temperature=4
    "
  `);
  expect(runsText([])).toBe('no runs yet\n');
  expect(runJson(brokenOff)).toEqual({
    id: '20260101-000000',
    started: '2026-01-01T00:00:00.000Z',
    outcome: 'broken-off',
    request,
    seconds: null,
  });
});

test('one run: what it was asked, where it crashed, its summary', () => {
  const stack = 'Error: no\n    at run (stage.ts:1:1)';
  const events: JsonObject[] = [
    { type: 'stage-warning', stage: 'data', message: 'odd' },
    { type: 'stage-failed', stage: 'student', seconds: 1, message: 'no', stack },
  ];
  expect(runText(failedRun, events, 80)).toMatchInlineSnapshot(`
    "run 20260102-000000, started 2026-01-02 00:00:00 UTC: failed
    pipe run consistency.yaml --overlay quick.yaml --set params.temperature=4

    error: student: no
        at run (stage.ts:1:1)

    stage  state  took  key  why
    ─────  ─────  ────  ───  ───

    failed in 12.0s: 2 ran, 1 reused (saved 0.00s), 1 failed
    "
  `);
});
