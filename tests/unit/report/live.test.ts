import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Progress, RunEvent, StageOutline } from '../../../src/engine/index.ts';
import { liveDisplay } from '../../../src/report/live.ts';
import { plainPalette } from '../../../src/report/palette.ts';
import { TestTerminal } from '../../support/terminal.ts';

const outline = (id: string, needs: readonly string[] = []): StageOutline => ({
  id,
  stage: id,
  uses: 'x',
  lane: 'cpu',
  needs,
  files: {},
  variants: [{}],
});
const outlines = [outline('data'), outline('teacher', ['data']), outline('logits', ['teacher'])];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A display on a terminal, and its clock. */
function open(columns: number, rows: number) {
  const terminal = new TestTerminal(columns, rows);
  const clock = { seconds: 0 };
  const display = liveDisplay({ stream: terminal.stream, palette: plainPalette, now: () => clock.seconds });
  /** Lets time pass, and the display redraw. */
  const pass = (seconds: number) => {
    clock.seconds += seconds;
    vi.advanceTimersByTime(100);
  };
  return { terminal, display, pass };
}

const started = (stages = outlines): RunEvent => ({ type: 'run-started', run: '20260101', pipeline: 'demo', stages });
const starts = (stage: string): RunEvent => ({
  type: 'stage-started',
  stage,
  key: 'k',
  reason: { kind: 'changed', changes: [{ field: 'with.temperature', before: '10', after: '4' }] },
  attempt: 1,
});
const hit = (stage: string): RunEvent => ({
  type: 'stage-hit',
  stage,
  key: 'k',
  outputs: {},
  metrics: {},
  provenance: {},
  savedSeconds: 62,
});
const finishes = (stage: string): RunEvent => ({
  type: 'stage-finished',
  stage,
  key: 'k',
  seconds: 4,
  outputs: {},
  metrics: {},
  provenance: {},
});
const progress = (stage: string, done: number, metrics: Progress['metrics'] = {}): RunEvent => ({
  type: 'stage-progress',
  stage,
  progress: { label: 'epoch 1/2', done, total: 1000, unit: 'images', metrics },
});

test('a run on a terminal: bar, time left, loss and accuracy as they move, rate', async () => {
  const { terminal, display, pass } = open(110, 12);
  display.hear(started());
  display.hear(hit('data'));
  display.hear(starts('teacher'));
  pass(1);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
     ↺ data     reused saved 1m 02s
     ⠙ teacher  1.0s with.temperature: 10 -> 4
     ○ logits   after teacher
     1 of 3 stages · 1 running · 1.0s"
  `);
  display.hear(progress('teacher', 100, { loss: 2.5, accuracy: 0.125 }));
  pass(2);
  display.hear(progress('teacher', 500, { loss: 1.25, accuracy: 0.5 }));
  pass(0);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
     ↺ data     reused saved 1m 02s
     ⠸ teacher  ━━━━━━━━━━━╺───────────  50 %  epoch 1/2 · loss 1.250 · accuracy 0.5000 · 2.5s left · 200 images/s
     ○ logits   after teacher
     1 of 3 stages · 1 running · 3.0s"
  `);
});

test('what has to stay is written above the table, and nothing of the table is left at the end', async () => {
  const { terminal, display, pass } = open(80, 8);
  display.hear(started());
  display.hear(starts('data'));
  pass(1);
  display.hear({ type: 'stage-warning', stage: 'data', message: 'frost is not evaluated' });
  display.say('stopping at the next step');
  display.hear({
    type: 'stage-failed',
    stage: 'data',
    seconds: 1,
    message: 'it is full',
    hint: 'make room',
    stack: undefined,
  });
  pass(1);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
    warning: data: frost is not evaluated
    stopping at the next step
    error: data: it is full
    hint: make room
     ✗ data     failed after 1.0s
     ○ teacher  after data
     ○ logits   after teacher
     0 of 3 stages · 1 failed · 2.0s"
  `);
  display.hear({ type: 'run-finished', outcome: 'failed', seconds: 2 });
  pass(10);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
    warning: data: frost is not evaluated
    stopping at the next step
    error: data: it is full
    hint: make room"
  `);
});

test('a narrow terminal cuts the end of a line and never wraps', async () => {
  const { terminal, display, pass } = open(50, 12);
  display.hear(started());
  display.hear(starts('teacher'));
  display.hear(progress('teacher', 100, { loss: 2.5 }));
  pass(2);
  display.hear(progress('teacher', 500, { loss: 1.25 }));
  pass(0);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
     ○ data     ready
     ⠹ teacher
       epoch 1/2 · loss 1.250 · 50 % · 2.5s left
     ○ logits   after teacher
     0 of 3 stages · 1 running · 2.0s"
  `);
});

test('of more stages than lines, those that run and wait are shown, in their order', async () => {
  const { terminal, display, pass } = open(60, 6);
  const many = Array.from({ length: 50 }, (_, at) => outline(`stage-${at}`));
  display.hear(started(many));
  for (const { id } of many.slice(0, 30)) display.hear(hit(id));
  for (const id of ['stage-33', 'stage-31']) display.hear(starts(id));
  pass(1);
  display.hear(finishes('stage-31'));
  pass(1);
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "demo run 20260101
     ○ stage-30  ready
     ○ stage-32  ready
     ⠹ stage-33  2.0s with.temperature: 10 -> 4
     ○ stage-34  ready
     31 of 50 stages · 1 running · 2.0s"
  `);
});

test('a label cannot move the cursor', async () => {
  const { terminal, display, pass } = open(80, 12);
  display.hear(started());
  display.hear(starts('data'));
  display.hear({
    type: 'stage-progress',
    stage: 'data',
    progress: { label: 'a\u001b[2Jb\nc', done: 1, total: 2, unit: 'steps' },
  });
  pass(1);
  expect((await terminal.text()).split('\n')[1]).toContain('a␛[2Jb␊c');
});

test('loss and accuracy outrank the bar, the time left and the rate', async () => {
  for (const [columns, shown] of [
    [46, 'epoch 1/2 · loss 1.250 · accuracy 0.5'],
    [60, 'epoch 1/2 · loss 1.250 · accuracy 0.5000 · 50 %'],
  ] as const) {
    const { terminal, display, pass } = open(columns, 12);
    display.hear(started([outline('t')]));
    display.hear(starts('t'));
    display.hear(progress('t', 100, { loss: 2.5, accuracy: 0.1 }));
    pass(2);
    display.hear(progress('t', 500, { loss: 1.25, accuracy: 0.5 }));
    pass(0);
    const text = await terminal.text();
    expect(text).toContain(shown);
    expect(text).not.toContain('━');
  }
});

test('at 80 columns nothing of a sweep is cut: progress goes below a long name', async () => {
  const { terminal, display, pass } = open(80, 12);
  const ids = ['train-the-student{params.temperature=10,seed=1}', 'train-the-student{params.temperature=10,seed=2}'];
  display.hear(started(ids.map((id) => outline(id))));
  for (const id of ids) {
    display.hear(starts(id));
    display.hear(progress(id, 100, { loss: 2.5, accuracy: 0.1 }));
  }
  pass(2);
  for (const id of ids) display.hear(progress(id, 500, { loss: 1.25, accuracy: 0.5 }));
  pass(0);
  const text = await terminal.text();
  for (const id of ids) expect(text).toContain(` ${id}\n`);
  expect(text.match(/epoch 1\/2 · loss 1\.250 · accuracy 0\.5000/gu)).toHaveLength(2);
});

test('a terminal that shrinks keeps nothing of the wider table', async () => {
  const { terminal, display, pass } = open(80, 12);
  display.hear(started());
  display.hear(starts('teacher'));
  display.hear(progress('teacher', 100, { loss: 2.5, accuracy: 0.25 }));
  pass(2);
  display.hear(progress('teacher', 500, { loss: 2.5, accuracy: 0.25 }));
  pass(0);
  await terminal.resize(40);
  pass(1);
  const text = await terminal.text();
  expect(text.match(/○ data/gu)).toHaveLength(1);
  expect(text.match(/[\u2800-\u28ff] teacher/gu)).toHaveLength(1);
  expect(text.match(/of 3 stages/gu)).toHaveLength(1);
});

test('one stage is one stage', async () => {
  const { terminal, display, pass } = open(60, 12);
  display.hear(started([outline('only')]));
  pass(1);
  expect(await terminal.text()).toContain('0 of 1 stage · 1.0s');
});
