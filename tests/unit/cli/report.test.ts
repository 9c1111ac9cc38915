import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decode } from 'fast-png';
import { beforeAll, expect, test } from 'vitest';
import { startPipe } from '../../support/pipe.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const directory = temporaryDirectory();
const stage = `
export default {
  summary: 'Trains nothing, and says so.',
  schema: { type: 'object', properties: { seed: { type: 'integer' } } },
  inputs: {},
  outputs: { history: { file: 'history.json', summary: 'Curves.' } },
  async run({ config: { seed = 1 }, outputs }) {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(outputs.history, JSON.stringify([{ loss: 2, accuracy: 0.25, val_loss: 3, val_accuracy: 0.125 }]));
    return { metrics: { accuracy: 0.5 + seed / 100 } };
  },
};
`;
const pipeline = `name: small
params: { seed: 1 }
stages:
  train: { uses: ./stage.mjs, with: { seed: "\${params.seed}" } }
  after: { uses: shell, needs: { history: train.history }, with: { command: "cp h out", inputs: { history: h }, outputs: { out: out } } }
`;

const pipe = (...words: readonly string[]) => typed(words, { directory });
const page = (name = 'report.html') => readFile(join(directory, name), 'utf8');

beforeAll(async () => {
  await writeFile(join(directory, 'stage.mjs'), stage);
  await writeFile(join(directory, 'small.yaml'), pipeline);
  const { code, stderr } = await pipe('run', 'small.yaml');
  expect(code, stderr).toBe(0);
});

test('of the last run, with its curves, its models and its settings', async () => {
  const { code, stdout, stderr } = await pipe('report');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${join(directory, 'report.html')}\n`, stderr: '' });
  const text = await page();
  expect(text).toMatch(/run \d{8}-\d{6}, started .* UTC, done in /u);
  for (const words of ['Learning curves: accuracy', '<h1>small: 51.0 % accuracy</h1>', 'pipe run small.yaml', 'seed']) {
    expect(text.replaceAll('\u00a0', ' ')).toContain(words);
  }
});

test('of a run that is named, and of what the store has of a pipeline', async () => {
  const [{ id }] = JSON.parse((await pipe('runs', '--json')).stdout).runs;
  const named = await pipe('report', id, '--output', 'named.html', '--json');
  expect(JSON.parse(named.stdout)).toEqual({
    report: join(directory, 'named.html'),
    pipeline: 'small',
    run: id,
    files: [],
  });
  expect((await pipe('report', 'small.yaml', '--set', 'params.seed=2')).code).toBe(0);
  const text = await page();
  expect(text).toContain('results in the store now');
  expect(text).toContain('<code>pipe run small.yaml --set params.seed=2</code>');
  expect(text).toContain('after train');
});

test('figures as SVG and PNG, tables as CSV, Markdown and LaTeX', async () => {
  const { code, stdout } = await pipe('report', '--figures', 'out/figures', '--tables', 'out/tables', '--json');
  expect(code).toBe(0);
  const { files } = JSON.parse(stdout) as { files: readonly string[] };
  expect(files.map((file) => file.slice(directory.length + 1))).toEqual([
    'out/figures/curves.svg',
    'out/figures/curves.png',
    'out/figures/pipeline.svg',
    'out/figures/pipeline.png',
    ...['curves', 'metrics', 'stages'].flatMap((name) =>
      ['csv', 'md', 'tex'].map((type) => `out/tables/${name}.${type}`),
    ),
  ]);
  const svg = await readFile(join(directory, 'out/figures/curves.svg'), 'utf8');
  const png = decode(await readFile(join(directory, 'out/figures/curves.png')));
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/u.exec(svg)!;
  expect([png.width, png.height]).toEqual([3 * Math.floor(Number(width)), 3 * Math.floor(Number(height))]);
  // The font travels along: without one there would be no letters, and nearly no dark pixel.
  const isDark = (pixel: number) => (png.data[png.channels * pixel] ?? 255) < 128;
  const dark = Array.from({ length: png.width * png.height }, (_, pixel) => pixel).filter(isDark).length;
  expect(dark).toBeGreaterThan(1000);
});

test('--metric accepts a stage with its metric, as a goal does', async () => {
  expect((await pipe('report', '--metric', 'train.accuracy', '--output', 'asked.html')).code).toBe(0);
  expect((await page('asked.html')).replaceAll('\u00a0', ' ')).toContain('<h1>small: 51.0 % accuracy</h1>');
  const { code, stderr } = await pipe('report', '--metric', 'train.nosuch');
  expect([code, stderr.split('\n')[0]]).toEqual([2, '--metric train.nosuch  train has no metric "nosuch".']);
});

test('says what is wrong: no such run, settings for a run, nowhere to write, no such metric', async () => {
  const texts = [
    await pipe('report', '2026'),
    await pipe('report', '--set', 'params.seed=2'),
    await pipe('report', '--output', 'no/where.html'),
    await pipe('report', '--artifacts', 'elsewhere'),
    await pipe('report', '--metric', 'acuracy'),
  ].map(({ code, stderr }) => `${code}\n${stderr.replaceAll(directory, 'DIRECTORY').replace(/\d{8}-\d{6}/u, 'RUN')}`);
  expect(texts.join('\n')).toMatchInlineSnapshot(`
    "2
    2026  There is no run "2026" here.
    ~~~~
        hint: did you mean "RUN"?

    2
    report --set params.seed=2  The settings of a past run cannot be changed.
    ~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: omit overlays, settings and sweeps, or name the pipeline file they are for

    2
    --output no/where.html  There is no folder "DIRECTORY/no".
             ~~~~~~~~~~~~~
        hint: name a file in a folder that exists

    2
    --artifacts elsewhere  There are no results yet: DIRECTORY/elsewhere does not exist.
    ~~~~~~~~~~~~~~~~~~~~~
        hint: \`pipe run PIPELINE\` creates it. The project is DIRECTORY (current folder); if results are stored elsewhere, add --artifacts DIRECTORY

    2
    --metric acuracy  There is no metric "acuracy".
    ~~~~~~~~~~~~~~~~
        hint: did you mean "accuracy"?
    "
  `);
});

test('names what is no longer whole in the store, and shows the rest', async () => {
  const shown = JSON.parse((await pipe('show', 'train', '--json')).stdout);
  const path = shown.outputs.history.path as string;
  const text = await readFile(path);
  await rm(path);
  expect((await pipe('report')).code).toBe(0);
  expect(await page()).toContain('not shown: train.history, after.out.');
  await writeFile(path, text);
  await chmod(path, 0o444);
});

test('marked outputs are shown; one that the stage does not have is a problem at its place', async () => {
  const marking = (name: string) => `name: marking
stages:
  draw:
    uses: shell
    report: [${name}]
    with: { command: "printf 'name,value\\na,1\\n' > t.csv", outputs: { table: t.csv } }
`;
  await writeFile(join(directory, 'marking.yaml'), marking('table'));
  expect((await pipe('run', 'marking.yaml')).code).toBe(0);
  expect((await pipe('report')).code).toBe(0);
  expect(await page()).toContain('<caption>table of draw</caption>');
  await writeFile(join(directory, 'marking.yaml'), marking('tabel'));
  const { code, stderr } = await pipe('plan', 'marking.yaml');
  expect(code).toBe(2);
  expect(stderr).toMatchInlineSnapshot(`
    "marking.yaml:5:14  stages.draw.report: the stage has no output "tabel"
        report: [tabel]
                 ~~~~~
        hint: did you mean "table"?
    "
  `);
});

test('is not kept waiting by a run that goes on', async () => {
  const waiting = `name: waiting
stages:
  wait:
    uses: shell
    with: { command: "touch ${directory}/started; while [ ! -e ${directory}/go ]; do :; done; echo 1 > out", outputs: { out: out } }
`;
  await writeFile(join(directory, 'waiting.yaml'), waiting);
  const { outcome } = startPipe(['run', 'waiting.yaml', '--artifacts', 'busy'], { directory });
  while (!existsSync(join(directory, 'started'))) await delay(10);
  const reported = await pipe('report', '--artifacts', 'busy');
  const plan = await pipe('plan', 'waiting.yaml', '--artifacts', 'busy');
  await writeFile(join(directory, 'go'), '');
  expect(reported.code, reported.stderr).toBe(0);
  expect(await page()).toContain('is still running; these are its results so far');
  expect(plan.stdout).toContain('never run');
  expect((await outcome).code).toBe(0);
});
