import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { startPipe } from '../../support/pipe.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const directory = temporaryDirectory();
const epochs = JSON.stringify([{ loss: 2, accuracy: 0.25, val_loss: 3, val_accuracy: 0.125 }]);
const judged = JSON.stringify({
  images: 'a few',
  clean: { accuracy: 0.5, images: 100 },
  corrupted: {},
  notEvaluated: {},
});

const pipeline = `name: small
params: { seed: 1 }
stages:
  train:
    uses: shell
    with:
      command: "printf '%s' '${epochs.replaceAll('"', '\\"')}' > history.json; echo \${params.seed} > weights.bin"
      outputs: { history: history.json, weights: weights.bin }
  judge:
    uses: shell
    needs: { weights: train.weights }
    with: { command: "printf '%s' '${judged.replaceAll('"', '\\"')}' > metrics.json", inputs: { weights: w }, outputs: { metrics: metrics.json } }
`;

const pipe = (...words: readonly string[]) => typed(words, { directory });
const page = (name = 'report.html') => readFile(join(directory, name), 'utf8');

beforeAll(async () => {
  await writeFile(join(directory, 'small.yaml'), pipeline);
  const { code, stderr } = await pipe('run', 'small.yaml');
  expect(code, stderr).toBe(0);
});

test('of the last run, with its curves, its models and its settings', async () => {
  const { code, stdout, stderr } = await pipe('report');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${join(directory, 'report.html')}\n`, stderr: '' });
  const text = await page();
  expect(text).toMatch(/run \d{8}-\d{6}, started .* UTC, done in /u);
  for (const words of ['Loss of train over 1 epochs', '50.00 ± 5.00 %', 'pipe run small.yaml', 'seed']) {
    expect(text).toContain(words);
  }
});

test('of a run that is named, and of what the store has of a pipeline', async () => {
  const [{ id }] = JSON.parse((await pipe('runs', '--json')).stdout).runs;
  const named = await pipe('report', id, '--output', 'named.html', '--json');
  expect(JSON.parse(named.stdout)).toEqual({ report: join(directory, 'named.html'), pipeline: 'small', run: id });
  expect((await pipe('report', 'small.yaml', '--set', 'params.seed=2')).code).toBe(0);
  const text = await page();
  expect(text).toContain('as the store has it now');
  expect(text).toContain('<code>pipe run small.yaml --set params.seed=2</code>');
  expect(text).toContain('after train');
});

test('says what is wrong: no such run, settings for a run, nowhere to write', async () => {
  const texts = [
    await pipe('report', '2026'),
    await pipe('report', '--set', 'params.seed=2'),
    await pipe('report', '--output', 'no/where.html'),
    await pipe('report', '--artifacts', 'elsewhere'),
  ].map(({ code, stderr }) => `${code}\n${stderr.replaceAll(directory, 'DIRECTORY').replace(/\d{8}-\d{6}/u, 'RUN')}`);
  expect(texts.join('\n')).toMatchInlineSnapshot(`
    "2
    2026  There is no run "2026" here.
    ~~~~
        hint: did you mean "RUN"?

    2
    report --set params.seed=2  A run has had its settings.
    ~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: leave overlays, settings and sweeps out, or name the pipeline file they are for

    3
    error: The report DIRECTORY/no/where.html cannot be written (ENOENT).
    hint: choose another place with --output FILE, in a directory that is there

    2
    --artifacts elsewhere  There are no results yet: DIRECTORY/elsewhere does not exist.
    ~~~~~~~~~~~~~~~~~~~~~
        hint: \`pipe run\` makes it. The project is DIRECTORY (current folder); results elsewhere: --artifacts DIRECTORY
    "
  `);
});

test('names what is no longer whole in the store, and shows the rest', async () => {
  const shown = JSON.parse((await pipe('show', 'judge', '--json')).stdout);
  const path = shown.outputs.metrics.path as string;
  const text = await readFile(path);
  await rm(path);
  expect((await pipe('report')).code).toBe(0);
  expect(await page()).toContain('not shown: judge.metrics.');
  await writeFile(path, text);
  await chmod(path, 0o444);
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
  expect(await page()).toContain('is still going on; this is what the store has by now');
  expect(plan.stdout).toContain('never run');
  expect((await outcome).code).toBe(0);
});
