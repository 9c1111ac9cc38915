import { join } from 'node:path';
import { expect, test } from 'vitest';
import { corruptionNames } from '../../../src/data/corruptions/catalogue.ts';
import { fromFloat16, toFloat16 } from '../../../src/data/files/float16.ts';
import { cleanSet, corruptedSet, openAnswers, writeAnswers } from '../../../src/evaluation/answers.ts';
import { readDetails, writeDetails } from '../../../src/evaluation/details.ts';
import { readMetrics, writeMetrics } from '../../../src/evaluation/metrics.ts';
import { type Scores, scoresOf } from '../../../src/evaluation/scores.ts';
import { metricsOf } from '../../../src/evaluation/summary.ts';
import type { JsonObject } from '../../../src/json/json.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const labels = Uint8Array.from({ length: 30 }, (_, image) => image % 10);

/** Logits that get every `rarely`th image wrong. */
function logits(rarely: number): Float32Array {
  return Float32Array.from({ length: 300 }, (_, index) => {
    const [image, unit] = [Math.floor(index / 10), index % 10];
    const answer = image % rarely === 0 ? (labels[image]! + 1) % 10 : labels[image]!;
    return (unit === answer ? 2 : 0) + 0.001 * unit;
  });
}

const score = (rarely: number): Scores => scoresOf(logits(rarely), labels, 10);
const corrupted = Object.fromEntries(
  corruptionNames.map((name) => [name, Object.fromEntries([1, 2, 3, 4, 5].map((level) => [level, score(7 - level)]))]),
);

test('what is written is what is read', () => {
  const sets = { clean: score(10), corrupted };
  const metrics = metricsOf({ ...sets, images: 'thirty images', notEvaluated: { frost: 'no photographs' } });
  const json = JSON.parse(JSON.stringify(writeMetrics(metrics))) as JsonObject;
  expect(readMetrics(json)).toEqual(metrics);
  expect(json).toMatchObject({ cleanAccuracy: 0.9, corruptedAccuracy: 0.5, byCorruption: { fog: expect.anything() } });
  expect(readDetails(JSON.parse(writeDetails({ ...sets, metrics })))).toEqual({ ...sets, metrics });
});

test('means are over what was evaluated: severity 5 of all, or the whole benchmark', () => {
  const { fog: _, ...most } = corrupted;
  const metrics = metricsOf({ clean: score(10), corrupted: most, images: '', notEvaluated: {} });
  expect(metrics.corrupted?.loss).toBeCloseTo(score(2).loss, 12);
  expect(metrics.benchmark).toBeUndefined();
  const whole = metricsOf({ clean: score(10), corrupted, images: '', notEvaluated: {} });
  expect(whole.benchmark?.brier).toBeCloseTo([6, 5, 4, 3, 2].reduce((sum, n) => sum + score(n).brier, 0) / 5, 12);
  expect(whole.bySeverity['fog']?.['1']).toBe(score(6).accuracy);
  expect(whole.byClass['airplane']).toEqual({ clean: 0, corrupted: 0 });
  expect(whole.byClass['automobile']?.clean).toBe(1);
});

test('metrics of other stages are no evaluation, and an older one says what it says', () => {
  expect(readMetrics({ accuracy: 0.5 })).toBeUndefined();
  expect(
    readDetails({ cleanAccuracy: 0.5, clean: { accuracy: 0.5, loss: 1, images: 10 }, corrupted: {} }),
  ).toBeUndefined();
  expect(readMetrics({ cleanAccuracy: 0.5 })?.clean).toEqual({ accuracy: 0.5 });
});

test('answers come back: predictions of all sets, logits of those that are kept, as float16', async () => {
  const path = join(directory, 'answers.safetensors');
  const fog = corruptedSet('fog', 5);
  const asked = new Map([
    [cleanSet, logits(10)],
    [fog, logits(2).subarray(0, 200)],
  ]);
  await writeAnswers(path, { labels, logits: asked, classes: 10 }, (set) => set === cleanSet);
  const answers = await openAnswers(path);
  try {
    expect([...answers.sets].sort()).toEqual([cleanSet, fog]);
    expect(answers.labels).toEqual(labels);
    expect([...(await answers.predictions(fog))].slice(0, 4)).toEqual([1, 1, 3, 3]);
    expect(await answers.logits(fog)).toBeUndefined();
    expect(await answers.logits(cleanSet)).toEqual(fromFloat16(toFloat16(logits(10))));
  } finally {
    await answers.close();
  }
});
