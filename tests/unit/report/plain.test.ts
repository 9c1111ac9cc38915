import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/engine/index.ts';
import { plainDisplay } from '../../../src/report/plain.ts';

test('a line for all that happens, and progress at most every 15 seconds', () => {
  let text = '';
  let seconds = 0;
  const display = plainDisplay({
    write: (line) => {
      text += line;
    },
    now: () => seconds,
  });
  const progress = (done: number): RunEvent => ({
    type: 'stage-progress',
    stage: 'teacher',
    progress: { label: 'epoch 1/2', done, total: 1000, unit: 'images', metrics: { loss: 1.5, accuracy: 0.25 } },
  });
  const result = { key: 'k', outputs: {}, metrics: {}, provenance: {} };
  const changes = ['a', 'b', 'c', 'd', 'e'].map((field) => ({ field, before: '1', after: undefined }));
  display.hear({ type: 'run-started', run: '20260101', pipeline: 'demo', stages: [] });
  display.hear({ type: 'stage-hit', stage: 'data', ...result, savedSeconds: 3700 });
  display.hear({ type: 'stage-waiting', stage: 'teacher', key: 'k', holder: 'process 7' });
  display.hear({ type: 'stage-started', stage: 'teacher', key: 'k', reason: { kind: 'changed', changes }, attempt: 1 });
  for (seconds = 1; seconds <= 40; seconds += 1) display.hear(progress(10 * seconds));
  display.hear({ type: 'stage-warning', stage: 'teacher', message: 'attempt 1 of 2 failed: it was full' });
  display.hear({
    type: 'stage-started',
    stage: 'teacher',
    key: 'k',
    reason: { kind: 'object-damaged', output: 'weights' },
    attempt: 2,
  });
  display.hear({ type: 'stage-finished', stage: 'teacher', ...result, seconds: 0.01 });
  const stack = 'TypeError: x is not a function\n    at run (stage.ts:1:1)';
  display.hear({
    type: 'stage-failed',
    stage: 'student',
    seconds: 61,
    message: 'x is not a function',
    hint: undefined,
    stack,
  });
  const because = 'needs "student", which failed';
  display.hear({ type: 'stage-skipped', stage: 'evaluate', key: undefined, reason: undefined, because });
  display.hear({ type: 'warning', message: 'something is odd' });
  display.say('stopping at the next step');
  display.hear({ type: 'run-finished', outcome: 'failed', seconds: 40 });
  expect(text).toMatchInlineSnapshot(`
    "demo: run 20260101, 0 stages
    data: reused (saved 1h 01m)
    teacher: waiting: process 7 is computing it
    teacher: runs (a: 1 -> (none), b: 1 -> (none), c: 1 -> (none), 2 more)
    teacher: epoch 1/2 · loss 1.500 · accuracy 0.2500 · 1m 25s left · 10 images/s
    teacher: epoch 1/2 · loss 1.500 · accuracy 0.2500 · 1m 10s left · 10 images/s
    teacher: warning: attempt 1 of 2 failed: it was full
    teacher: runs, attempt 2 (its output weights was damaged in the store)
    teacher: done in 0.01s
    student: failed after 1m 01s
    error: student: x is not a function
        at run (stage.ts:1:1)
    evaluate: skipped (needs "student", which failed)
    warning: something is odd
    stopping at the next step
    "
  `);
});
