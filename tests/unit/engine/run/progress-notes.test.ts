import { expect, test } from 'vitest';
import { ProgressNotes } from '../../../../src/engine/run/progress-notes.ts';

const reason = { kind: 'never-run' } as never;

test('notes hold what runs, with at most 200 points a curve and its newest one', () => {
  const notes = new ProgressNotes();
  notes.hear({ type: 'stage-started', stage: 'a', key: 'k', reason, attempt: 1 }, 0);
  expect(notes.stages).toEqual({});
  for (let step = 1; step <= 10_000; step += 1) {
    const progress = { label: 'l', done: step, total: 10_000, unit: 'steps', step, metrics: { loss: 1 / step } };
    notes.hear({ type: 'stage-progress', stage: 'a', progress }, step);
  }
  const { at, progress, curves } = notes.stages['a']!;
  expect({ at, done: progress.done }).toEqual({ at: 10_000, done: 10_000 });
  expect(curves['loss']!.steps.length).toBeLessThanOrEqual(201);
  expect(curves['loss']!.steps.length).toBeGreaterThan(100);
  expect(curves['loss']!.steps.at(-1)).toBe(10_000);
  notes.hear({ type: 'stage-failed', stage: 'a', seconds: 1, message: 'm', hint: undefined, stack: undefined }, 10_001);
  expect(notes.stages).toEqual({});
});
