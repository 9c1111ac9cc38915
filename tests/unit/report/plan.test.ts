import { expect, test } from 'vitest';
import type { Plan, StageRecord } from '../../../src/engine/index.ts';
import { explainText, planJson, planText } from '../../../src/report/plan.ts';

const key = '0123456789abcdef'.repeat(4);
const record = {
  provenance: {
    run: '20260101-000000',
    origin: { git: { commit: 'c0ffee'.repeat(6) } },
    ranOn: { device: { name: 'a processor', threads: 2 } },
  },
  finished: '2026-01-01T00:00:00.000Z',
} as unknown as StageRecord;
const plan: Plan = {
  pipeline: 'demo',
  stages: [
    { id: 'data', uses: 'cifar10', forecast: { state: 'hit', key, record } },
    {
      id: 'teacher',
      uses: 'train-teacher',
      forecast: {
        state: 'miss',
        key,
        reason: {
          kind: 'changed',
          changes: [
            { field: 'definition train-teacher', before: 'version 3', after: '4' },
            { field: 'with.epochs', before: '5', after: '10' },
            { field: 'with.decay', before: undefined, after: '"cosine"' },
            { field: 'input data.dataset', before: '3fa2…', after: '91bc…' },
          ],
        },
      },
    },
    { id: 'logits', uses: 'teacher-logits', forecast: { state: 'after', after: ['teacher'] } },
    { id: 'other', uses: 'shell', forecast: { state: 'miss', key, reason: { kind: 'never-run' } } },
    {
      id: 'lost',
      uses: 'shell',
      forecast: { state: 'miss', key, reason: { kind: 'object-missing', output: 'table' } },
    },
  ],
};

test('a plan as a table', () => {
  expect(planText(plan)).toMatchInlineSnapshot(`
    "stage    uses            would  why
    ───────  ──────────────  ─────  ──────────────────────────────────────────────────────────────────────────────────────────────────────
    data     cifar10         reuse  cached as 0123456789ab
    teacher  train-teacher   run    stage kind train-teacher: version 3 -> 4, with.epochs: 5 -> 10, with.decay: (none) -> "cosine", 1 more
    logits   teacher-logits  run    after teacher
    other    shell           run    never run
    lost     shell           run    its output table is missing from the store

    3 to run, 1 that depend on those, 1 to reuse
    "
  `);
});

test('an explanation, a field a line', () => {
  expect(explainText(plan)).toMatchInlineSnapshot(`
    "data would be reused
      cached as 0123456789ab
      made in run 20260101-000000, 2026-01-01, commit c0ffeec0ffee
      on a processor
    teacher would run
      stage kind train-teacher: version 3 -> 4
      with.epochs: 5 -> 10
      with.decay: (none) -> "cosine"
      input data.dataset: 3fa2… -> 91bc…
    logits is not decided yet
      after teacher
    other would run
      it has never run here
    lost would run
      its output table is missing from the store
    "
  `);
});

test('a plan as JSON: state, key, reason; nothing of the records', () => {
  expect(planJson({ ...plan, stages: plan.stages.filter(({ id }) => id !== 'other') })).toMatchInlineSnapshot(`
    {
      "pipeline": "demo",
      "stages": [
        {
          "id": "data",
          "key": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "state": "hit",
          "uses": "cifar10",
        },
        {
          "id": "teacher",
          "key": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "reason": {
            "changes": [
              {
                "after": "4",
                "before": "version 3",
                "field": "definition train-teacher",
              },
              {
                "after": "10",
                "before": "5",
                "field": "with.epochs",
              },
              {
                "after": ""cosine"",
                "before": null,
                "field": "with.decay",
              },
              {
                "after": "91bc…",
                "before": "3fa2…",
                "field": "input data.dataset",
              },
            ],
            "kind": "changed",
          },
          "state": "miss",
          "uses": "train-teacher",
        },
        {
          "after": [
            "teacher",
          ],
          "id": "logits",
          "state": "after",
          "uses": "teacher-logits",
        },
        {
          "id": "lost",
          "key": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "reason": {
            "kind": "object-missing",
            "output": "table",
          },
          "state": "miss",
          "uses": "shell",
        },
      ],
    }
  `);
});
