import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readCurves } from '../../src/engine/run/curves.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const pipeline = `name: own
params: { rate: 0.1 }
goal: { metric: train.valid.accuracy, best: max }
stages:
  train:
    uses: shell
    with:
      command: |
        for step in 1 2 3; do echo "{\\"step\\": $step, \\"steps\\": 3, \\"loss\\": $RATE$step}" >> "$PIPE_METRICS"; done
        mkdir out; echo "{\\"valid\\": {\\"accuracy\\": $RATE}, \\"odd\\": NaN}" > out/metrics.json; echo model > out/model
      outputs: { model: out/ }
      environment: { RATE: "\${params.rate}" }
      metrics: { file: out/metrics.json }
`;

beforeAll(() => writeFile(join(directory, 'own.yaml'), pipeline));

test("a command's metrics and curves stand in the summary, in show, in --json and with the result", async () => {
  const plain = await pipe(['run', 'own.yaml'], { directory });
  expect(plain.code, plain.stderr).toBe(0);
  expect(plain.stdout).toContain('its metric "odd" is NaN, and is kept as null');
  expect(plain.stdout).toContain('valid.accuracy');
  const { stdout } = await pipe(['run', 'own.yaml', '--json'], { directory });
  const [train] = (JSON.parse(stdout) as { stages: { metrics: object; outputs: Record<string, { path: string }> }[] })
    .stages;
  expect(train!.metrics).toEqual({ loss: 0.13, valid: { accuracy: 0.1 }, odd: null });
  const curves = readCurves(await readFile(train!.outputs['curves']!.path, 'utf8'));
  expect(Object.fromEntries(curves)).toEqual({ loss: { steps: [1, 2, 3], values: [0.11, 0.12, 0.13] } });
  const shown = await pipe(['show', 'train'], { directory });
  expect(shown.stdout).toContain('valid.accuracy: 0.1');
  expect(plain.stdout).not.toContain('undeclared files are not kept');
});

test('a sweep says which variant comes closest to the goal', async () => {
  const { stdout, code } = await pipe(['run', 'own.yaml', '--sweep', 'params.rate=0.2,0.4,0.3'], { directory });
  expect(code).toBe(0);
  expect(stdout).toContain('goal train.valid.accuracy (max): 0.4 by train{rate=0.4}');
});

test.each([
  ['goal.metric=trian.loss', 'there is no stage "trian"'],
  ['goal.metric=train', 'goal.metric expects a metric of a stage'],
  ['goal.best=most', 'goal.best must be one of'],
])('a goal that says --set %s is a problem', async (set, message) => {
  const { code, stderr } = await pipe(['plan', 'own.yaml', '--set', set], { directory });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
