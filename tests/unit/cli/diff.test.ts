import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const pipeline = `name: fit
params: { rate: 0.1 }
stages:
  data:
    uses: shell
    with: { command: "echo 1 > data.txt", outputs: { data: data.txt } }
  train:
    uses: ./train.mjs
    needs: { data: data }
    with: { rate: "\${params.rate}" }
  twin:
    uses: ./train.mjs
    needs: { data: data }
    with: { rate: 7 }
`;

const module = `export default {
  summary: 'Trains.',
  schema: { type: 'object', additionalProperties: false, properties: { rate: { type: 'number' } } },
  inputs: { data: { summary: 'Images.' } },
  outputs: { model: { file: 'model.json', summary: 'The model.' } },
  run: async ({ config, outputs, report }) => {
    for (let step = 1; step <= 3; step += 1) {
      report({ label: 'epoch ' + step, done: step, total: 3, unit: 'epochs', step, metrics: { loss: config.rate / step } });
    }
    await (await import('node:fs/promises')).writeFile(outputs.model, JSON.stringify(config));
    return { metrics: { accuracy: 1 - config.rate }, provenance: { device: 'rate ' + config.rate } };
  },
};
`;

const directory = temporaryDirectory();
const pipe = (...words: readonly string[]) => typed(words, { directory });

async function json(...words: readonly string[]) {
  const { code, stdout, stderr } = await pipe(...words, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const plain = (text: string) =>
  text
    .replaceAll(/\d{8}-\d{6}(-\d+)?/gu, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/gu, 'THEN')
    .replaceAll(/\b[0-9a-f]{12}\b/gu, 'KEY')
    .replaceAll(/"[0-9a-f]{64}"/gu, '"DIGEST"')
    .replaceAll(/[\d.]+s\b/gu, 'TIME');

beforeAll(async () => {
  await writeFile(join(directory, 'fit.yaml'), pipeline);
  await writeFile(join(directory, 'train.mjs'), module);
  await json('run', 'fit.yaml', '--name', 'slow', '--tag', 'paper', '--tag', 'first', '--note', 'as in the paper');
  await json('run', 'fit.yaml', '--sweep', 'params.rate=0.2,0.4', '--tag', 'paper');
  await json('run', 'fit.yaml', '--set', 'params.rate=0.5', '--name', 'fast');
});

describe('pipe diff', () => {
  test('of two results: settings, metrics, curves, machine', async () => {
    const { code, stdout } = await pipe('diff', 'train@slow', 'train@fast');
    expect(code).toBe(0);
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "- train@slow: train of fit, run RUN, key KEY, took TIME
      + train@fast: train of fit, run RUN, key KEY, took TIME

      settings
        with.rate: 0.1 -> 0.5

      metrics
        accuracy: 0.9 -> 0.5 (-0.4)

      curves
        loss at the end: 0.0333333 (step 3) -> 0.166667 (step 3)
        loss, lowest to highest: 0.0333333 to 0.1 -> 0.166667 to 0.5

      outputs
        curves: KEY… -> KEY…
        model: KEY… -> KEY…

      machine
        device: "rate 0.1" -> "rate 0.5"

      the same: inputs, code
      "
    `);
  });

  test('of two runs: what was asked, and what became of each stage', async () => {
    const { stdout } = await pipe('diff', 'slow', 'fast');
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "- run RUN of THEN: fit.yaml
      + run RUN of THEN: fit.yaml --set params.rate=0.5

      asked
        name: "slow" -> "fast"
        note: "as in the paper" -> (none)
        set: [] -> ["params.rate=0.5"]
        tag: ["paper","first"] -> []

      stage  -    +       results
      ─────  ───  ──────  ─────────────────────────────────────────────────────
      data   ran  reused  the same
      train  ran  ran     differ in settings, metrics, curves, outputs, machine
      twin   ran  reused  the same

      train
      settings
        with.rate: 0.1 -> 0.5
      metrics
        accuracy: 0.9 -> 0.5 (-0.4)
      curves
        loss at the end: 0.0333333 (step 3) -> 0.166667 (step 3)
        loss, lowest to highest: 0.0333333 to 0.1 -> 0.166667 to 0.5
      outputs
        curves: KEY… -> KEY…
        model: KEY… -> KEY…
      machine
        device: "rate 0.1" -> "rate 0.5"
      "
    `);
  });

  test('by variants and keys; a run against the last', async () => {
    const variants = await json('diff', 'train{rate=0.2}@-2', 'train{rate=0.4}@-2');
    expect(variants.settings).toEqual([{ field: 'with.rate', before: '0.2', after: '0.4' }]);
    const [a, b] = variants.results;
    expect((await json('diff', a.slice(0, 12), b.slice(0, 12))).results).toEqual([a, b]);
    expect((await json('diff', '-3')).runs[1]).toBe((await json('show', 'last')).id);
  });

  test('says what it cannot compare', async () => {
    expect((await pipe('diff', 'slow', 'train')).stderr).toContain('slow and train cannot be compared');
    expect((await pipe('diff', 'train@-2', 'train')).stderr).toContain('"train@-2" stands for several results.');
    expect((await pipe('diff', 'nothing', 'last')).stderr).toContain('has no stage "nothing"');
    expect((await pipe('diff', '-99')).stderr).toContain('There is no run "-99" here.');
  });
});

describe('names, tags and notes', () => {
  test('are shown, and runs are found by them', async () => {
    const ids = async (...filter: readonly string[]) =>
      (await json('runs', ...filter)).runs.map(({ request }: { request: { name?: string } }) => request.name);
    expect(await ids()).toEqual(['fast', undefined, 'slow']);
    expect(await ids('--tag', 'paper')).toEqual([undefined, 'slow']);
    expect(await ids('--tag', 'paper', '--tag', 'first')).toEqual(['slow']);
    expect(await ids('--name', 'as')).toEqual(['fast']);
    expect(await ids('--of', 'params.rate=0.5')).toEqual(['fast']);
    expect(await ids('--outcome', 'failed')).toEqual([]);
    expect((await pipe('runs')).stdout).toContain('slow  #paper  #first  fit.yaml');
    expect((await pipe('show', 'slow')).stdout).toContain('\nslow  #paper  #first\nas in the paper\n');
  });

  test.each(['last', '-1', '2fast', 'a b', 'a:b'])('%s is no name', async (name) => {
    const { code, stderr } = await pipe('run', 'fit.yaml', '--name', name);
    expect(code).toBe(2);
    expect(stderr).toContain(`A run cannot be named ${JSON.stringify(name)}.`);
  });
});

describe('why, honestly', () => {
  test('a stage that never ran here says so, and which result it is compared with', async () => {
    await writeFile(
      join(directory, 'other.yaml'),
      pipeline.replace('name: fit', 'name: other').replace('rate: 7', 'rate: 8'),
    );
    const { stdout } = await pipe('explain', 'other.yaml', 'twin');
    expect(plain(stdout)).toMatch(
      /^twin would run\n {2}it has never run here\n {2}the nearest result of its kind belongs to (twin|train) in fit, KEY, and differs in:\n {2}with\.rate: [\d.]+ -> 8\n$/u,
    );
    const [{ reason }] = (await json('explain', 'other.yaml', 'twin')).stages;
    expect(reason).toMatchObject({
      kind: 'never-run',
      like: { pipeline: 'fit', changes: [{ field: 'with.rate' }] },
    });
    expect((await pipe('plan', 'other.yaml')).stdout).toMatch(/twin +\.\/train\.mjs +run +never run\n/u);
  });

  test('a stage that ran is compared with its own nearest result, though that of another is nearer', async () => {
    const { stdout } = await pipe('explain', 'fit.yaml', 'train', '--set', 'params.rate=7.5');
    expect(plain(stdout)).toMatch(
      /^train would run\n {2}since its nearest result, KEY of THEN:\n {2}with\.rate: 0\.\d -> 7\.5\n$/u,
    );
  });

  test('a long value is cut to where it differs', async () => {
    const long = `${'x'.repeat(200)}`;
    const set = `stages.data.with.command="echo ${long} > data.txt"`;
    const { stdout } = await pipe('explain', 'fit.yaml', 'data', '--set', set);
    expect(stdout.split('\n')[2]!.length).toBeLessThan(160);
    expect(stdout).toMatch(/with\.command: "echo 1 > data\.txt" -> "echo x+…\n/u);
  });
});
