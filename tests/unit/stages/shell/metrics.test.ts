import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../../../src/engine/definition.ts';
import { PointsReader, pointsFile, readMetricsFiles } from '../../../../src/stages/shell/metrics.ts';
import { readMetricsText } from '../../../../src/stages/shell/metrics-text.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { until } from '../../../support/until.ts';

const folder = temporaryDirectory();
let reported: Progress[] = [];
let warnings: string[] = [];
const context = {
  report: (progress: Progress) => void reported.push(progress),
  warn: (text: string) => void warnings.push(text),
};

beforeEach(() => {
  reported = [];
  warnings = [];
});

describe('a file of metrics', () => {
  test.each<[string, string, object]>([
    ['JSON', 'm.json', { a: 1, b: { c: 2.5e18 } }],
    ['JSON as Python writes it', 'nan.json', { a: Number.NaN, b: -Infinity, text: 'NaN "NaN' }],
    ['YAML', 'm.yaml', { a: 0.5, b: { c: 'x' } }],
    ['a row of CSV', 'row.csv', { a: 1, 'b,c': 'x "y"', d: null }],
  ])('in %s is its names and values', async (_, name, metrics) => {
    const texts: Readonly<Record<string, string>> = {
      'm.json': '{"a": 1, "b": {"c": 2.5e18}}',
      'nan.json': '{"a": NaN, "b": -Infinity, "text": "NaN \\"NaN"}',
      'm.yaml': 'a: 0.5\nb:\n  c: x\n',
      'row.csv': 'a,"b,c",d\r\n1,"x ""y""",\r\n',
    };
    expect(await readMetricsText(name, texts[name]!)).toEqual({ metrics, points: [] });
  });

  test('in several rows of CSV is curves, whose last row is the metrics', async () => {
    const { metrics, points } = await readMetricsText('log.csv', 'epoch,loss,lr\n1,0.5,x\n3,nan,x\n');
    expect(metrics).toEqual({ epoch: 3, loss: Number.NaN, lr: 'x' });
    expect(points.map(({ step, values }) => [step, values])).toEqual([
      [1, { loss: 0.5 }],
      [3, { loss: Number.NaN }],
    ]);
    expect((await readMetricsText('log.csv', 'loss\n4\n5\n')).points.map(({ step }) => step)).toEqual([1, 2]);
  });

  test('that is missing, damaged or none costs a warning, and not what others hold', async () => {
    await writeFile(join(folder, 'good.json'), '{"a": 1}');
    await writeFile(join(folder, 'bad.json'), '{"a": ');
    await writeFile(join(folder, 'bad.yaml'), 'a: [');
    await writeFile(join(folder, 'list.json'), '[1]');
    await writeFile(join(folder, 'empty.csv'), 'a,b\n');
    const files = ['missing.json', 'bad.json', 'bad.yaml', 'list.json', 'empty.csv', '.', 'good.json'];
    expect(await readMetricsFiles(files, folder, context)).toEqual({ a: 1 });
    expect(warnings).toEqual([
      'no metrics were read from missing.json: the command did not write it',
      'no metrics were read from bad.json: it is not JSON',
      'no metrics were read from bad.yaml: it is not YAML',
      'no metrics were read from list.json: it does not contain an object of names and values',
      'no metrics were read from empty.csv: it has no row below its header',
      'no metrics were read from .: the command did not write it',
    ]);
  });
});

describe('points that a command appends', () => {
  const path = join(folder, pointsFile);

  test('are reported while it runs, and the rest when it has ended', async () => {
    await writeFile(path, '');
    const points = new PointsReader(folder, context);
    await appendFile(path, '{"step": 1, "steps": 4, "train": {"loss": 0.5}}\n{"step": 2, "lo');
    await until(() => reported[0]);
    expect(reported).toEqual([
      { label: 'step 1/4', done: 1, total: 4, unit: 'steps', step: 1, metrics: { 'train.loss': 0.5 } },
    ]);
    await appendFile(path, 'ss": 0.25}\n{"loss": NaN}\n\n{"step": 9, "loss": 0.125}');
    points.end();
    expect(reported.slice(1).map(({ step, metrics }) => [step, metrics])).toEqual([
      [2, { loss: 0.25 }],
      [3, { loss: Number.NaN }],
      [9, { loss: 0.125 }],
    ]);
    expect(points.latest).toEqual({ 'train.loss': 0.5, loss: 0.125 });
    expect(warnings).toEqual([]);
  });

  test('that cannot be read are counted in one warning', async () => {
    await writeFile(path, `no\n[1]\n{"step": "x"}\n${'9'.repeat(100_000)}\n{"loss": 1}\n`);
    const points = new PointsReader(folder, context);
    points.end();
    expect(reported.map(({ step }) => step)).toEqual([5]);
    expect(warnings).toEqual([
      '4 lines of $PIPE_METRICS could not be read: write one JSON object per line, such as {"step": 1, "loss": 0.5}',
    ]);
  });
});
