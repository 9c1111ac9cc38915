import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const directory = temporaryDirectory();
const pipe = (...words: readonly string[]) => typed(words, { directory });

/** Stages that judge nothing, but say what evaluations say: `base + gain + noise`, where the noise comes of the seed. */
const judge = `export default {
  summary: 'Says an accuracy.',
  schema: { type: 'object', properties: { seed: { type: 'integer' }, base: { type: 'number' }, temperature: { type: 'number' } } },
  inputs: {},
  outputs: {},
  async run({ config: { seed = 0, base, temperature = 0 } }) {
    const clean = base + [0.01, 0.03, 0.02, 0.04][seed % 4] + temperature * (0.001 + 0.0001 * (seed % 2));
    const names = 'gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog brightness contrast elastic_transform pixelate jpeg_compression';
    // Only who is asked about a temperature leaves a corruption out.
    const bySeverity = Object.fromEntries(names.split(' ').slice(temperature ? 1 : 0).map((name) => [name, { 1: clean, 2: clean, 3: clean, 4: clean, 5: clean / 2 }]));
    const metrics = { images: 'SYNTHETIC', cleanAccuracy: clean, corruptedAccuracy: clean / 2, size: { bytes: temperature ? 12 : 10 } };
    return { metrics: { ...metrics, bySeverity }, provenance: { device: { kind: 'cpu', threads: seed === 2 ? 2 : 1 } } };
  },
};
`;
const pipeline = `name: repeated
params: { seed: 0, temperature: 4 }
sweep: { params.seed: [0, 1, 2, 3] }
stages:
  control: { uses: ./judge.mjs, with: { seed: "\${params.seed}", base: 0.5 } }
  student: { uses: ./judge.mjs, with: { seed: "\${params.seed}", base: 0.5, temperature: "\${params.temperature}" } }
  fixed: { uses: ./judge.mjs, with: { base: 0.4 } }
`;

beforeAll(async () => {
  await writeFile(join(directory, 'judge.mjs'), judge);
  await writeFile(join(directory, 'repeated.yaml'), pipeline);
  expect(await pipe('compare', 'repeated.yaml', '--against', 'control')).toMatchObject({
    code: 1,
    stderr: 'error: control has no result yet\nhint: pipe run repeated.yaml\n',
  });
  const { code, stderr } = await pipe('run', 'repeated.yaml', '--sweep', 'params.temperature=4,8');
  expect(code, stderr).toBe(0);
});

describe('pipe compare', () => {
  test('means, standard errors, paired differences; what was measured once has no error and no test', async () => {
    expect((await pipe('compare', 'repeated.yaml', '--against', 'control')).stdout).toMatchInlineSnapshot(`
      "over params.seed = 0, 1, 2, 3

      model    n      clean, %  corrupted (severity 5), %  mCE relative to control, %
      ───────  ─  ────────────  ─────────────────────────  ──────────────────────────
      control  4  52.50 ± 0.65               26.25 ± 0.32               100.00 ± 1.10
      student  4  52.92 ± 0.66               26.46 ± 0.33                          –ᵃ
      fixed    1         41.00                      20.50                      119.62

      n = how many values of params.seed have a number; ± is one standard error of the mean
      ᵃ student did not evaluate all 15 benchmark corruptions at all 5 severities, or the reference did not

      minus control                    n    difference   95 % interval      g     t       p  p, Holm  could show
      ───────────────────────────────  ─  ────────────  ──────────────  ─────  ────  ──────  ───────  ──────────
      clean, points
        student                        4  +0.42 ± 0.01  +0.38 to +0.46  +13.2  36.4  < .001   < .001        0.05
        fixed                          0            –ᵃ              –ᵃ     –ᵃ    –ᵃ      –ᵃ       –ᵃ          –ᵃ
      corrupted (severity 5), points
        student                        4  +0.21 ± 0.01  +0.19 to +0.23  +13.2  36.4  < .001   < .001        0.02
        fixed                          0            –ᵃ              –ᵃ     –ᵃ    –ᵃ      –ᵃ       –ᵃ          –ᵃ
      mCE relative to control, points
        student                        0            –ᵇ              –ᵇ     –ᵇ    –ᵇ      –ᵇ       –ᵇ          –ᵇ
        fixed                          0            –ᵃ              –ᵃ     –ᵃ    –ᵃ      –ᵃ       –ᵃ          –ᵃ

      Each difference is taken within a value of params.seed; n of them. ± is one standard error, the interval contains the true difference with 95 % confidence (not corrected), and p is that of the two-sided paired t-test.
      p, Holm: corrected by Holm's method over the 2 tests of this table. Calling every difference with a value below .05 real has a chance of at most 5 % to be wrong about any of them.
      g: the difference divided by the standard deviation of the differences (Hedges). Could show: the smallest true difference that this many repetitions, with this spread, would show eight times in ten at the 5 % level, uncorrected. These say how another training would differ, not how other test images would.
      ᵃ fixed does not depend on params.seed: it was measured once for several of its values, which allows no pairs
      ᵇ student did not evaluate all 15 benchmark corruptions at all 5 severities, or the reference did not
      "
    `);
  });

  test('each value of another swept path is a model of its own, beside what no value touches', async () => {
    const { stdout } = await pipe(
      ...['compare', 'repeated.yaml', '--sweep', 'params.temperature=4,8', '--against', 'control', '--json'],
    );
    const { over, models } = JSON.parse(stdout);
    expect(over).toBe('params.seed');
    expect(models.map(({ model, against }: { model: string; against: string | null }) => [model, against])).toEqual([
      ['control', null],
      ['student{temperature=4}', 'control'],
      ['student{temperature=8}', 'control'],
      ['fixed', 'control'],
    ]);
    expect(models[1].measures.clean).toMatchObject({
      count: 4,
      difference: { count: 4, mean: expect.closeTo(0.0042, 10) },
    });
    expect(models[3].measures.clean).toEqual({
      count: 1,
      mean: expect.closeTo(0.41, 10),
      standardError: null,
      interval: null,
      difference: null,
      why: 'fixed does not depend on params.seed: it was measured once for several of its values, which allows no pairs',
    });
  });

  test('against one variant of a swept stage, all others are held', async () => {
    const { stdout, stderr } = await pipe(
      ...[
        'compare',
        'repeated.yaml',
        '--sweep',
        'params.temperature=4,8',
        '--against',
        'student{temperature=8}',
        '--json',
      ],
    );
    const { models, tests } = JSON.parse(stdout || stderr);
    expect(models.map(({ model, against }: { model: string; against: string | null }) => [model, against])).toEqual([
      ['control', 'student{temperature=8}'],
      ['student{temperature=4}', 'student{temperature=8}'],
      ['student{temperature=8}', null],
      ['fixed', 'student{temperature=8}'],
    ]);
    expect(tests).toBe(4);
  });

  test('any metric of any stage, by its own name', async () => {
    const { code, stdout } = await pipe(
      ...[
        'compare',
        'repeated.yaml',
        '--against',
        'control',
        '--metric',
        'size.bytes',
        '--metric',
        'cleanAccuracy',
        '--json',
      ],
    );
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout).models[1].measures)).toEqual(['clean', 'size.bytes']);
    expect(JSON.parse(stdout).models[1].measures['size.bytes']).toMatchObject({
      mean: 12,
      difference: { mean: 2, p: null },
    });
  });

  test('a metric of one stage, as a goal names it: other stages are left out', async () => {
    const compared = async (...metrics: readonly string[]) => {
      const asked = metrics.flatMap((metric) => ['--metric', metric]);
      const { code, stdout, stderr } = await pipe(
        'compare',
        'repeated.yaml',
        '--against',
        'control',
        '--json',
        ...asked,
      );
      expect(code, stderr).toBe(0);
      const { models } = JSON.parse(stdout) as { models: { model: string; measures: object }[] };
      return models.map(({ model, measures }) => [model, Object.keys(measures)]);
    };
    expect(await compared('student.cleanAccuracy')).toEqual([
      ['control', ['clean']],
      ['student', ['clean']],
    ]);
    expect(await compared('student.size.bytes', 'size.bytes')).toEqual([
      ['control', ['size.bytes']],
      ['student', ['size.bytes']],
      ['fixed', ['size.bytes']],
    ]);
    const { code, stderr } = await pipe(
      'compare',
      'repeated.yaml',
      '--against',
      'control',
      '--metric',
      'student.nosuch',
    );
    expect([code, stderr.split('\n')[0]]).toEqual([2, '--metric student.nosuch  student has no metric "nosuch".']);
  });

  test('mCE relative to a stage that is named; without it, why there is none', async () => {
    const { stdout } = await pipe(
      'compare',
      'repeated.yaml',
      '--against',
      'control',
      '--mce',
      'fixed',
      '--metric',
      'mCE',
    );
    expect(stdout).toMatchInlineSnapshot(`
      "over params.seed = 0, 1, 2, 3

      model    n  mCE relative to fixed, %
      ───────  ─  ────────────────────────
      control  4              83.60 ± 0.92
      fixed    1                    100.00

      n = how many values of params.seed have a number; ± is one standard error of the mean

      minus control                  n  difference  95 % interval   g   t   p  p, Holm  could show
      ─────────────────────────────  ─  ──────────  ─────────────  ──  ──  ──  ───────  ──────────
      mCE relative to fixed, points
        fixed                        0          –ᵃ             –ᵃ  –ᵃ  –ᵃ  –ᵃ       –ᵃ          –ᵃ

      ᵃ fixed does not depend on params.seed: it was measured once for several of its values, which allows no pairs
      "
    `);
  });

  test('differences by corruption and severity', async () => {
    const { stdout } = await pipe('compare', 'repeated.yaml', '--against', 'control', '--details');
    expect(stdout.slice(stdout.indexOf('accuracy at severity 5'))).toMatchInlineSnapshot(`
      "accuracy at severity 5, %       control       student  fixed
      ─────────────────────────  ────────────  ────────────  ─────
      noise
        gaussian noise           26.25 ± 0.32            –ᵃ  20.50
        shot noise               26.25 ± 0.32  26.46 ± 0.33  20.50
        impulse noise            26.25 ± 0.32  26.46 ± 0.33  20.50
      blur
        defocus blur             26.25 ± 0.32  26.46 ± 0.33  20.50
        glass blur               26.25 ± 0.32  26.46 ± 0.33  20.50
        motion blur              26.25 ± 0.32  26.46 ± 0.33  20.50
        zoom blur                26.25 ± 0.32  26.46 ± 0.33  20.50
      weather
        snow                     26.25 ± 0.32  26.46 ± 0.33  20.50
        frost                    26.25 ± 0.32  26.46 ± 0.33  20.50
        fog                      26.25 ± 0.32  26.46 ± 0.33  20.50
        brightness               26.25 ± 0.32  26.46 ± 0.33  20.50
      digital
        contrast                 26.25 ± 0.32  26.46 ± 0.33  20.50
        elastic transform        26.25 ± 0.32  26.46 ± 0.33  20.50
        pixelate                 26.25 ± 0.32  26.46 ± 0.33  20.50
        jpeg compression         26.25 ± 0.32  26.46 ± 0.33  20.50

      mean over params.seed; ± is one standard error of the mean
      ᵃ student was not evaluated on gaussian noise, severity 5

      mean of 15 corruptions, %       control  student  fixed
      ─────────────────────────  ────────────  ───────  ─────
      severity 1                 52.50 ± 0.65       –ᵃ  41.00
      severity 2                 52.50 ± 0.65       –ᵃ  41.00
      severity 3                 52.50 ± 0.65       –ᵃ  41.00
      severity 4                 52.50 ± 0.65       –ᵃ  41.00
      severity 5                 26.25 ± 0.32       –ᵃ  20.50

      mean over params.seed; ± is one standard error of the mean
      ᵃ student was not evaluated on all 15 corruptions

      at severity 5, points   student minus control  fixed minus control
      ─────────────────────  ──────────────────────  ───────────────────
      noise
        gaussian noise                           –ᵃ                   –ᵇ
        shot noise           +0.21 (+0.19 to +0.23)                   –ᵇ
        impulse noise        +0.21 (+0.19 to +0.23)                   –ᵇ
      blur
        defocus blur         +0.21 (+0.19 to +0.23)                   –ᵇ
        glass blur           +0.21 (+0.19 to +0.23)                   –ᵇ
        motion blur          +0.21 (+0.19 to +0.23)                   –ᵇ
        zoom blur            +0.21 (+0.19 to +0.23)                   –ᵇ
      weather
        snow                 +0.21 (+0.19 to +0.23)                   –ᵇ
        frost                +0.21 (+0.19 to +0.23)                   –ᵇ
        fog                  +0.21 (+0.19 to +0.23)                   –ᵇ
        brightness           +0.21 (+0.19 to +0.23)                   –ᵇ
      digital
        contrast             +0.21 (+0.19 to +0.23)                   –ᵇ
        elastic transform    +0.21 (+0.19 to +0.23)                   –ᵇ
        pixelate             +0.21 (+0.19 to +0.23)                   –ᵇ
        jpeg compression     +0.21 (+0.19 to +0.23)                   –ᵇ

      Differences within each value of params.seed, and their 95 % intervals, which are not corrected for how many there are.
      ᵃ student was not evaluated on gaussian noise, severity 5
      ᵇ fixed does not depend on params.seed: it was measured once for several of its values, which allows no pairs

      mean of all corruptions, points  student minus control  fixed minus control
      ───────────────────────────────  ─────────────────────  ───────────────────
      severity 1                                          –ᵃ                   –ᵇ
      severity 2                                          –ᵃ                   –ᵇ
      severity 3                                          –ᵃ                   –ᵇ
      severity 4                                          –ᵃ                   –ᵇ
      severity 5                                          –ᵃ                   –ᵇ

      Differences within each value of params.seed, and their 95 % intervals, which are not corrected for how many there are.
      ᵃ student was not evaluated on all 15 corruptions
      ᵇ fixed does not depend on params.seed: it was measured once for several of its values, which allows no pairs
      "
    `);
  });

  test('warns where results were computed on other devices', async () => {
    const { stderr } = await pipe('compare', 'repeated.yaml', '--sweep', 'params.seed=0,1,2', '--against', 'control');
    expect(stderr).toMatchInlineSnapshot(`
      "warning: means at severity 5 are over different corruptions, so differences between them may not come from the models: student is without gaussian_noise
      warning: results were computed with different numbers of threads: 1 (control{seed=0}, control{seed=1}, student{seed=0} and 2 more); 2 (control{seed=2}, student{seed=2}). The same computation may produce different bytes there, so differences may not come from the models alone
      "
    `);
  });

  test('what is not there yet is named, and left out', async () => {
    const { code, stdout, stderr } = await pipe(
      ...['compare', 'repeated.yaml', '--sweep', 'params.seed=0,1,2,3,4', '--against', 'control'],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^student +4ᵃ /mu);
    expect(stderr).toContain('without a result yet, and left out: control{seed=4}, student{seed=4}\n');
  });

  test.each([
    ['an unknown stage', ['--against', 'contrl']],
    ['one repetition of a stage', ['--against', 'control{seed=1}']],
    ['a path that is not swept', ['--against', 'control', '--over', 'params.sed']],
    ['another path that is not swept', ['--against', 'control', '--over', 'params.temperature']],
  ])('%s is a problem', async (_, words) => {
    const { code, stderr } = await pipe('compare', 'repeated.yaml', ...words);
    expect(code).toBe(2);
    expect(stderr).toMatchSnapshot();
  });
});
