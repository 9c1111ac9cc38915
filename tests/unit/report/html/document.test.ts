import { describe, expect, test } from 'vitest';
import type { RunSummary, StageSummary } from '../../../../src/engine/index.ts';
import type { Json, JsonObject } from '../../../../src/json/json.ts';
import { type Report, reportHtml } from '../../../../src/report/html/document.ts';

const epoch = (loss: number, accuracy: number) => ({ loss, accuracy, val_loss: loss * 2, val_accuracy: accuracy / 2 });
const history = [epoch(2, 0.25), epoch(1, 0.5), epoch(0.5, 0.75)];

const evaluation = (clean: number, fog: number): JsonObject => ({
  images: 'CIFAR-10, official archive',
  cleanAccuracy: clean,
  clean: { accuracy: clean, loss: 1, images: 10_000 },
  corrupted: { fog: { 1: { accuracy: 1, images: 400 }, 5: { accuracy: fog, images: 400 } } },
  notEvaluated: {},
});

function stage(id: string, rest: Partial<StageSummary> = {}): StageSummary {
  const origin = { package: '0.1.0', git: { commit: 'c0ffee', dirty: false } };
  return {
    id,
    stage: id.replace(/\{.*/u, ''),
    uses: 'train',
    key: 'ab'.repeat(32),
    state: 'ran',
    because: undefined,
    reason: undefined,
    seconds: 61,
    outputs: { out: { digest: 'cd'.repeat(32), bytes: 5, directory: false } },
    metrics: {},
    provenance: { config: { epochs: 3 }, origin, ranOn: { device: 'cpu' }, finished: '2026-11-25T10:00:00.000Z' },
    files: {},
    variants: [{}],
    ...rest,
  };
}

function page(
  stages: readonly StageSummary[],
  contents: Record<string, Json> = {},
  rest: Partial<Report> = {},
): string {
  const count = (state: string) => stages.filter((each) => each.state === state).length;
  const summary: RunSummary = {
    run: 'r',
    pipeline: 'toy',
    outcome: 'done',
    seconds: 75,
    hits: count('hit'),
    ran: count('ran'),
    failed: count('failed'),
    skipped: count('skipped'),
    stages,
  };
  return reportHtml({
    summary,
    command: 'pipe run toy.yaml',
    run: { id: '20261125-100000', started: '2026-11-25T10:00:00.000Z', isRunning: false },
    contents: new Map(Object.entries(contents).map(([id, json]) => [id, { out: json }])),
    missing: [],
    version: '0.1.0',
    ...rest,
  });
}

/** Names of the elements, in the order in which they end; fails where one is not closed, or closed twice. */
function elements(text: string): readonly string[] {
  const open: string[] = [];
  const ended: string[] = [];
  for (const [, slash, name = '', self] of text.matchAll(/<(\/?)([a-zA-Z][\w]*)\b[^>]*?(\/?)>/gu)) {
    if (slash) {
      expect(open.pop(), `what </${name}> closes`).toBe(name);
      ended.push(name);
    } else if (self || ['meta', 'br'].includes(name)) ended.push(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
  return ended;
}

const whole = () =>
  page([stage('student'), stage('judge', { uses: 'evaluate' })], { student: history, judge: evaluation(0.84, 0.36) });

describe('a report', () => {
  test('is one well-formed page that loads nothing and runs nothing', () => {
    const text = whole();
    const names = elements(text);
    expect(names.filter((name) => name === 'h1')).toHaveLength(1);
    expect(names).not.toContain('script');
    expect(text).not.toMatch(/https?:|src=|href=|@import|url\(/u);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">/u);
    expect(text).toContain('prefers-color-scheme: dark');
    expect(text).toContain('@media print');
  });

  test('draws a loss and an accuracy curve of a training stage, and says in words what they show', () => {
    const text = whole();
    expect(text).toContain(
      'aria-label="Loss of student over 3 epochs: training images from 2 to 0.5; held-out images from 4 to 1"',
    );
    expect(text).toContain('training images from 25 % to 75 %; held-out images from 12.5 % to 37.5 %');
    expect(text.match(/<polyline/gu)).toHaveLength(4);
    for (const [, points] of text.matchAll(/points="([^"]+)"/gu)) expect(points!.split(' ')).toHaveLength(3);
  });

  test('gives each accuracy with its standard error, clean and by corruption', () => {
    const text = whole();
    // sqrt(0.84 * 0.16 / 10000); sqrt(0.36 * 0.64 / 400); of 1 and 0.36 together sqrt(0.68 * 0.32 / 400).
    for (const words of ['84.00 ± 0.37 %', '36.00 ± 2.40 %', '68.00 ± 2.33 %']) expect(text).toContain(words);
    expect(text).toContain('CIFAR-10, official archive');
    expect(text).toContain('over 10,000 images');
    expect(text.match(/class="mark s1" cx/gu)!.length).toBeGreaterThanOrEqual(3);
  });

  test('says first what a reader must know: synthetic images, a dirty tree, failures, what is gone', () => {
    const dirty = { origin: { git: { commit: 'c0ffee', dirty: true } } };
    const text = page(
      [
        stage('data', { metrics: { source: 'SYNTHETIC images, not CIFAR-10' }, state: 'hit' }),
        stage('student', { provenance: dirty }),
        stage('judge', { state: 'failed', because: 'out of memory', provenance: {}, outputs: {} }),
      ],
      {},
      { missing: ['data.dataset'] },
    );
    const notices = [...text.matchAll(/role="note">(.*?)<\/p>/gu)].map(([, words]) => words);
    expect(notices).toEqual([
      expect.stringContaining('The images are SYNTHETIC'),
      'judge failed: out of memory',
      'Made of code with uncommitted changes, which no commit names: student.',
      'No longer whole in the store, and so not shown: data.dataset.',
    ]);
    expect(whole()).not.toContain('role="note"');
    elements(text);
  });

  test('shows a sweep by its values, and no more models in the plot than can be told apart', () => {
    const temperatures = [1, 2, 4, 8, 16];
    const stages = temperatures.map((temperature) =>
      stage(`judge{temperature=${temperature}}`, { variants: [{ 'params.temperature': temperature }] }),
    );
    const contents = Object.fromEntries(stages.map(({ id }, at) => [id, evaluation(0.5 + at / 10, 0.2)]));
    const text = page(stages, contents);
    elements(text);
    expect(text).toContain('<th scope="col" rowspan="2">params.temperature</th>');
    expect(text).toContain('<th scope="row">16</th><td class="number">90.00 ± 0.30 %</td>');
    expect(text).toContain('1 more models are in the table only.');
    expect(text).not.toContain('s5');
  });

  test('lets no name out of its place', () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    const text = page(
      [stage(hostile, { because: hostile, uses: hostile })],
      { [hostile]: history },
      { command: hostile },
    );
    elements(text);
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  });

  test('of nothing but skipped stages, and of a run that goes on, says what it is', () => {
    const skipped = stage('student', {
      state: 'skipped',
      because: 'never run',
      provenance: {},
      outputs: {},
      key: undefined,
    });
    const run = { id: 'r', started: '2026-11-25T10:00:00.000Z', isRunning: true };
    const text = page([skipped], {}, { run });
    elements(text);
    expect(text).toContain('is still going on; this is what the store has by now');
    expect(text).toContain('<td>never run</td>');
    expect(text).not.toContain('How good the models are');
  });
});
