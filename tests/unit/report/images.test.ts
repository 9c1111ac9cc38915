import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StageSummary } from '../../../src/engine/index.ts';
import { openAnswers, writeAnswers } from '../../../src/evaluation/answers.ts';
import { imagesTable } from '../../../src/report/compare/images.ts';
import { compareModels } from '../../../src/report/results/comparison.ts';
import { modelsOf } from '../../../src/report/results/experiment.ts';
import { tableLines } from '../../../src/report/tables/formats.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const labels = new Uint8Array(40);

function evaluation(id: string, variants: StageSummary['variants'], fog = 0.5): StageSummary {
  const metrics = { cleanAccuracy: 0.5, corruptedAccuracy: fog, bySeverity: { fog: { 5: fog } } };
  const rest = {
    key: undefined,
    because: undefined,
    reason: undefined,
    seconds: 1,
    outputs: {},
    provenance: {},
    files: {},
  };
  return { id, stage: id.replace(/\{.*/u, ''), uses: 'evaluate', state: 'ran', metrics, variants, ...rest };
}

/** Writes answers that are right about the images of which `right` is true. */
async function keepAnswers(id: string, right: Record<string, (image: number) => boolean>): Promise<void> {
  const logits = Object.entries(right).map(([set, isRight]) => {
    const values = Float32Array.from({ length: 2 * labels.length }, (_, at) =>
      at % 2 === (isRight(Math.floor(at / 2)) ? 0 : 1) ? 1 : 0,
    );
    return [set, values] as const;
  });
  await writeAnswers(join(directory, id), { labels, logits: new Map(logits), classes: 2 }, () => false);
}

async function lines(stages: readonly StageSummary[], over: string | undefined, open = openIn): Promise<string> {
  const comparison = compareModels(modelsOf(stages, over), over, { stage: 'control', setting: undefined });
  const table = await imagesTable(comparison!, open);
  return table ? tableLines(table, Number.POSITIVE_INFINITY).join('\n') : '';
}

const openIn = (stage: StageSummary) => openAnswers(join(directory, stage.id));

test('one network against one: the images that only one has right, and the exact test', async () => {
  await keepAnswers('control', { clean: (image) => image < 20, 'fog-5': (image) => image < 10 });
  await keepAnswers('student', { clean: (image) => image >= 1 && image < 30, 'fog-5': (image) => image < 10 });
  expect(await lines([evaluation('control', [{}]), evaluation('student', [{}])], undefined)).toMatchInlineSnapshot(`
    "over test images, minus control  images     difference    95 % interval      p  p, Holm  only one is right
    ───────────────────────────────  ──────  ─────────────  ───────────────  ─────  ───────  ─────────────────
    clean, points
      student                            40  +22.50 ± 7.58  +7.16 to +37.84   .012     .023             10 : 1
    corrupted (severity 5), points
      student                            40   +0.00 ± 0.00               –ᵃ  1.000    1.000              0 : 0

    These say how other test images would differ, with the networks as they are: an image counts once, averaged over corruptions and over the repetitions that both have. p: McNemar's exact test where one network is compared with one on one set of images, else the paired t-test over images; Holm over the 2 tests of this table.
    ᵃ the difference is the same for every image: no interval"
  `);
});

test('only repetitions that both have count', async () => {
  const right = (share: number) => ({ clean: (image: number) => image < 40 * share, 'fog-5': () => true });
  await keepAnswers('control{seed=1}', right(0.5));
  // Better than the other, which would make the student worse.
  await keepAnswers('control{seed=2}', right(1));
  await keepAnswers('student{seed=1}', right(0.5));
  const stages = ['control{seed=1}', 'control{seed=2}', 'student{seed=1}'].map((id) =>
    evaluation(id, [{ seed: Number(id.at(-2)) }]),
  );
  expect(await lines(stages, 'seed')).toMatch(/student +40 +\+0\.00 ± 0\.00/u);
  const none = stages.filter(({ id }) => id !== 'control{seed=1}');
  expect(await lines(none, 'seed')).toBe('');
});

test('an image counts once, over repetitions and corruptions', async () => {
  const variants = [{ seed: 1 }, { seed: 2 }];
  for (const { seed } of variants) {
    await keepAnswers(`control{seed=${seed}}`, { clean: (image) => image % 2 === 0, 'fog-5': () => false });
    await keepAnswers(`student{seed=${seed}}`, {
      clean: (image) => image % (2 * seed) === 0,
      'fog-5': (image) => image < 8,
    });
  }
  const stages = ['control', 'student'].flatMap((stage) =>
    variants.map((variant) => evaluation(`${stage}{seed=${variant.seed}}`, [variant])),
  );
  expect(await lines(stages, 'seed')).toMatchInlineSnapshot(`
    "over test images, minus control  images     difference    95 % interval       p  p, Holm
    ───────────────────────────────  ──────  ─────────────  ───────────────  ──────  ───────
    clean, points
      student                            40  −12.50 ± 3.47  −19.51 to −5.49  < .001     .002
    corrupted (severity 5), points
      student                            40  +20.00 ± 6.41  +7.04 to +32.96    .003     .003

    These say how other test images would differ, with the networks as they are: an image counts once, averaged over corruptions and over the repetitions that both have. p: the paired t-test over images; Holm over the 2 tests of this table."
  `);
});

test('if answers were not kept, there is no table', async () => {
  const stages = [evaluation('control', [{}]), evaluation('student', [{}])];
  expect(await lines(stages, undefined, async () => undefined as never)).toBe('');
});
