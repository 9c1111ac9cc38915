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
  config: { type: 'object', properties: { seed: { type: 'integer' }, base: { type: 'number' }, temperature: { type: 'number' } } },
  inputs: {},
  outputs: {},
  async run({ config: { seed = 0, base, temperature = 0 } }) {
    const clean = base + [0.01, 0.03, 0.02, 0.04][seed % 4] + temperature * (0.001 + 0.0001 * (seed % 2));
    return { metrics: { images: 'SYNTHETIC', cleanAccuracy: clean, corruptedAccuracy: clean / 2, byCorruption: { fog: clean / 2 } } };
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
    stderr: 'error: control has not evaluated anything yet\nhint: pipe run repeated.yaml\n',
  });
  const { code, stderr } = await pipe('run', 'repeated.yaml', '--sweep', 'params.temperature=4,8');
  expect(code, stderr).toBe(0);
});

describe('pipe compare', () => {
  test('means, standard errors, paired differences; what was measured once has no error and no test', async () => {
    expect((await pipe('compare', 'repeated.yaml', '--against', 'control')).stdout).toMatchInlineSnapshot(`
      "over params.seed = 0, 1, 2, 3; ± is the standard error of the mean

      accuracy, %  n         clean  corrupted (severity 5)
      ───────────  ─  ────────────  ──────────────────────
      control      4  52.50 ± 0.65            26.25 ± 0.32
      student      4  52.92 ± 0.66            26.46 ± 0.33
      fixed        1         41.00                   20.50

      each minus control, in the same repetition; p of the two-sided paired t-test

      difference, points  n         clean     t       p  corrupted (severity 5)     t       p
      ──────────────────  ─  ────────────  ────  ──────  ──────────────────────  ────  ──────
      student             4  +0.42 ± 0.01  36.4  < .001            +0.21 ± 0.01  36.4  < .001
      fixed               0             –     –       –                       –     –       –
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
      ['fixed', 'control'],
      ['student{temperature=8}', 'control'],
    ]);
    expect(models[1].measures.clean).toMatchObject({
      count: 4,
      difference: { count: 4, mean: expect.closeTo(0.0042, 10) },
    });
    expect(models[2].measures.clean).toEqual({
      count: 1,
      mean: expect.closeTo(0.41, 10),
      standardError: null,
      difference: null,
    });
  });

  test('what is not there yet is named, and left out', async () => {
    const { code, stdout, stderr } = await pipe(
      ...['compare', 'repeated.yaml', '--sweep', 'params.seed=0,1,2,3,4', '--against', 'control'],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^student +4 /mu);
    expect(stderr).toBe('not there yet, and left out: control{seed=4}, student{seed=4}\n');
  });

  test.each([
    ['an unknown stage', ['--against', 'contrl']],
    ['a path that is not swept', ['--against', 'control', '--over', 'params.sed']],
    ['another path that is not swept', ['--against', 'control', '--over', 'params.temperature']],
  ])('%s is a problem', async (_, words) => {
    const { code, stderr } = await pipe('compare', 'repeated.yaml', ...words);
    expect(code).toBe(2);
    expect(stderr).toMatchSnapshot();
  });
});
