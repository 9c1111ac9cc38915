import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StageSummary } from '../../../../src/engine/index.ts';
import { openAnswers, writeAnswers } from '../../../../src/evaluation/answers.ts';
import type { Json, JsonObject } from '../../../../src/json/json.ts';
import { makeReport, type ReportSource, tableFiles, whyNotAgainst } from '../../../../src/report/report.ts';
import { elements, source, stage, written } from '../../../support/report-source.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const epoch = (loss: number, accuracy: number) => ({ loss, accuracy, val_loss: loss * 2, val_accuracy: accuracy / 2 });
const history = [epoch(2, 0.25), epoch(1, 0.5), epoch(0.5, 0.75)];

const evaluation = (clean: number, fog: number): JsonObject => ({
  images: 'CIFAR-10, official archive',
  cleanAccuracy: clean,
  corruptedAccuracy: fog,
  bySeverity: { fog: { 1: 1, 5: fog } },
  notEvaluated: {},
});

const page = async (stages: readonly StageSummary[], rest: Partial<ReportSource> = {}) =>
  (await makeReport(source(stages, rest))).html;

/** A student over seeds and temperatures, and its control. */
function experiment(seeds: readonly number[], temperatures: readonly number[]): readonly StageSummary[] {
  const all = seeds.flatMap((seed) =>
    temperatures.map((temperature) => ({ 'params.seed': seed, 'params.temperature': temperature })),
  );
  const noise = (seed: number, salt: number) => (((seed * 37 + salt * 11) * 2654435761) % 101) / 10_000;
  return [
    ...seeds.map((seed) =>
      stage(`control{seed=${seed}}`, {
        variants: all.filter((variant) => variant['params.seed'] === seed),
        metrics: evaluation(0.6 + noise(seed, 1), 0.4 + noise(seed, 2)),
      }),
    ),
    ...all.map((variant) =>
      stage(`student{seed=${variant['params.seed']},temperature=${variant['params.temperature']}}`, {
        variants: [variant],
        metrics: evaluation(
          0.65 + noise(variant['params.seed'], 3),
          0.5 -
            Math.abs(variant['params.temperature'] - 4) / 100 +
            noise(variant['params.seed'], variant['params.temperature']),
        ),
      }),
    ),
  ];
}

describe('the page', () => {
  test('is one whole document without scripts and without anything from elsewhere', async () => {
    const text = await page(experiment([1, 2, 3], [1, 4, 10]), {
      against: 'control',
      contents: async () => ({ history }),
    });
    expect(elements(text)).not.toContain('script');
    expect(text.match(/(?:src|href)="(?!#)[^"]*"|@import|https?:\/\/(?!www\.w3\.org)/gu)).toBeNull();
    expect(text).toContain('color-scheme:light dark');
  });

  test('answers first: seeds averaged, the swept value, against what, p and n', async () => {
    const text = await page(experiment([1, 2, 3, 4], [1, 4, 10]), { against: 'control' });
    const [, title] = /<h1>(.*)<\/h1>/u.exec(text.replaceAll('\u00a0', ' '))!;
    expect(title).toBe(
      'Temperature 4: +9.9 points of accuracy on corrupted images over control (p &lt; .001, 4 seeds)',
    );
    expect(text.slice(0, text.indexOf('<section aria-labelledby="settings')).includes('student{seed=')).toBe(false);
  });

  test('no drawing is wider than its column, so that its text has its true size', async () => {
    const { figures } = await makeReport(
      source(experiment([1, 2, 3], [1, 4, 10]), { against: 'control', contents: async () => ({ history }) }),
    );
    expect(figures.length).toBeGreaterThan(5);
    for (const { figure, wide, narrow } of figures) {
      expect(wide?.width ?? 0, figure.id).toBeLessThanOrEqual(720 / 0.97);
      expect(narrow?.width ?? 0, figure.id).toBeLessThanOrEqual(350 / 0.97);
    }
  });

  test('numbers and names that people read stay what they are', async () => {
    const nodes = [0.001, 0.003].map((lr) =>
      stage(`train{lr=${lr}}`, { variants: [{ lr }], metrics: { loss: 1.23456 + lr } }),
    );
    const text = await page(nodes);
    for (const words of ['train{lr=0.001}', 'train{lr=0.003}', '1.236', '1.238'])
      expect(text).toContain(`>${words}</text>`);
  });

  test('escapes what stages are called and say', async () => {
    const text = await page([
      stage('<b>"bold"</b>', { state: 'failed', because: '<script>alert(1)</script>\u001b[31m' }),
      stage('judge', { metrics: { ...evaluation(0.5, 0.5), images: '<img src=x>' } }),
    ]);
    expect(text).not.toMatch(/<script>|<img|<b>"bold"/u);
    expect(text).toContain('&lt;script&gt;alert(1)');
    elements(text);
  });

  test('says what a reader must know: synthetic images, uncommitted code, failures, what is missing', async () => {
    const text = await page(
      [
        stage('data', { metrics: { source: 'SYNTHETIC images' } }),
        stage('train', { provenance: { origin: { git: { dirty: true } } } }),
        stage('judge', { state: 'failed', because: 'it went wrong' }),
      ],
      { missing: () => ['train.history'] },
    );
    for (const words of [
      'SYNTHETIC',
      'uncommitted changes',
      'judge failed: it went wrong',
      'not shown: train.history',
    ]) {
      expect(text).toContain(words);
    }
  });
});

describe('what is odd', () => {
  test('one seed: no error, no test, and a sentence that says so', async () => {
    const text = await page(experiment([1], [1, 4, 10]));
    expect(text).toContain('Every model was measured once');
    expect(text).toContain('Temperature 4 measured best of 3');
  });

  test('no evaluation: what ran, and nothing claimed', async () => {
    const text = await page([stage('only'), stage('other', { state: 'hit' })]);
    expect(text).toContain('<h1>toy: 1 ran and 1 reused</h1>');
  });

  test('a metric that is a number in one variant and a text in another', async () => {
    const variants = [{ lr: 0.1 }, { lr: 0.2 }, { lr: 0.3 }];
    const text = await page(
      variants.map((variant, at) =>
        stage(`train{lr=${variant.lr}}`, {
          variants: [variant],
          metrics: { accuracy: ([0.5, 'much', 0.7] as const)[at]! },
        }),
      ),
    );
    expect(text).toContain('Lr 0.3 measured best of 2');
    elements(text);
  });

  test('two swept paths are a heat map, more are small multiples', async () => {
    const values = [0.1, 0.2].flatMap((lr) =>
      [16, 32].flatMap((width) => ['relu', 'gelu'].map((kind) => ({ lr, width, kind }))),
    );
    const nodes = values.map(({ lr, width, kind }) =>
      stage(`train{lr=${lr},width=${width},kind=${kind}}`, {
        variants: [{ lr, width, kind }],
        metrics: { accuracy: lr + width / 100 + (kind === 'gelu' ? 0.05 : 0) },
      }),
    );
    const { figures } = await makeReport(source(nodes));
    const svg = figures.find(({ figure }) => figure.id === 'sweep')!.wide!.svg;
    expect(svg.match(/data_cells_\w+_marks/gu)).toHaveLength(2);
  });

  test('a metric that is a number in one variant, text or absent in others', async () => {
    const metrics: readonly JsonObject[] = [{ score: 0.5 }, { score: '<b>high</b>' }, {}, { score: 0.75 }];
    const nodes = metrics.map((own, kind) => stage(`train{kind=${kind}}`, { variants: [{ kind }], metrics: own }));
    const question = { stage: 'train', metric: 'score', best: 'max' } as const;
    const text = await page(nodes, { question });
    expect(text).toContain('Kind 3 measured best of 2: 0.75 score');
    expect(text).toContain('2 of 4 variants of train have no number for score and are left out: kind 1 and kind 2.');
  });

  test('a training whose metric has the name of what judges it is no model beside it', async () => {
    const own = (id: string, accuracy: number) => stage(id, { uses: 'shell', metrics: { accuracy } });
    const nodes = [own('train', 0.9), own('judge', 0.5), own('judge-other', 0.25)];
    const needs = new Map([['judge', ['train']]]);
    const text = await page(nodes, { needs });
    expect(text).toContain('judge measured best of 2 models');
    expect(await page(nodes)).toContain('train measured best of 3 models');
  });

  test('of 5,000 values of one path the best are drawn, and the page says so', async () => {
    const nodes = Array.from({ length: 5000 }, (_, rate) =>
      stage(`train{rate=${rate}}`, {
        variants: [{ rate }],
        metrics: { accuracy: (rate % 101) / 200 },
        provenance: { config: { rate }, ranOn: {} },
      }),
    );
    const given = source(nodes);
    const report = await makeReport(given);
    expect(report.html.length).toBeLessThan(1_000_000);
    expect(report.html).toContain('The best 20 of 5000 values are shown; --tables writes all.');
    const { files } = await written(tableFiles(report, given));
    expect(files.get('sweep.csv')!.trim().split('\r\n')).toHaveLength(5001);
  });

  test('of 5,000 variants the page has less than a megabyte, and the tables have all of them', async () => {
    const variants = Array.from({ length: 5000 }, (_, at) => ({ a: at % 50, b: Math.floor(at / 50) }));
    const nodes = variants.map((variant) =>
      stage(`train{a=${variant.a},b=${variant.b}}`, {
        variants: [variant],
        metrics: { accuracy: ((variant.a * 31 + variant.b * 17) % 101) / 200 },
        provenance: { config: { a: variant.a, b: variant.b }, ranOn: {} },
      }),
    );
    const given = source(nodes);
    const report = await makeReport(given);
    expect(report.html.length).toBeLessThan(1_000_000);
    const { files } = await written(tableFiles(report, given));
    expect(files.get('sweep.csv')!.trim().split('\r\n')).toHaveLength(5001);
    expect(files.get('means.csv')!.trim().split('\r\n')).toHaveLength(5001);
  });

  test('a stage that is compared with and is not there', () => {
    const stages = experiment([1, 2], [1, 4]);
    expect(whyNotAgainst('controll', { stages })).toMatchObject({
      message: 'There is no stage "controll".',
      hint: 'did you mean "control"?',
    });
    expect(whyNotAgainst('control', { stages })).toBeUndefined();
  });
});

test('curves are found after another JSON output, also if some repetitions have none, and points without a number are named', async () => {
  const seeds = [1, 2, 3].map((seed) => stage(`train{seed=${seed}}`, { variants: [{ seed }] }));
  const contents: ReportSource['contents'] = async ({ id }) => {
    if (id === 'train{seed=1}') return { metrics: { accuracy: 0.5 } };
    return { metrics: { accuracy: 0.5 }, curves: [...history, { ...epoch(0, 0), accuracy: null, val_accuracy: null }] };
  };
  const text = (await page(seeds, { contents })).replaceAll('\u00a0', ' ');
  expect(text).toContain('Learning curves: accuracy');
  expect(text).toContain('n = 2 seeds: thin lines are single repetitions');
  expect(text).toContain('2 of 8 points are not finite numbers, and are left out.');
});

test('a single run whose metrics are text, or have no known direction, has them in its report', async () => {
  const words = await page([stage('only', { metrics: { verdict: 'fine', loss: null } })]);
  expect(words).toContain('<h1>toy: 1 ran</h1>');
  for (const word of ['Every metric that stages report', 'verdict', 'fine', 'not a finite number']) {
    expect(words).toContain(word);
  }
  expect(await page([stage('only', { metrics: { size: 12 } })])).toContain('<h1>toy: 12 size</h1>');
});

test('numbers of any size fit the page', async () => {
  const text = await page(
    [1e300, 1e-300, 123_456_789_012].map((size, kind) =>
      stage(`train{kind=${kind}}`, { variants: [{ kind }], metrics: { size, accuracy: size } }),
    ),
  );
  expect(text).not.toMatch(/\d{12}/u);
  expect(text).toContain('1.235e11');
});

test('curves that do not have numbers, or not all of them, are no curves', async () => {
  const contents: Readonly<Record<string, Json>> = { a: [{ name: 'x' }], b: [1, 2], c: [] };
  expect(await page([stage('train')], { contents: async () => contents })).not.toContain('Learning curves');
  expect(await page([stage('train')], { contents: async () => ({ history }) })).toContain('Learning curves: accuracy');
});

test('of 100 models with curves the best 12 are drawn, which the page says; the table has all of them, with every metric', async () => {
  const values = Array.from({ length: 100 }, (_, rate) => rate);
  const trained = values.map((rate) => stage(`train{rate=${rate}}`, { variants: [{ rate }] }));
  const judged = values.map((rate) =>
    stage(`judge{rate=${rate}}`, { variants: [{ rate }], metrics: { accuracy: ((rate * 37) % 101) / 200 } }),
  );
  const given = source([...trained, ...judged], {
    needs: new Map(values.map((rate) => [`judge{rate=${rate}}`, [`train{rate=${rate}}`]])),
    contents: async ({ id }) => (id.startsWith('train') ? { history } : {}),
    question: { stage: 'judge', metric: 'accuracy', best: 'max' },
  });
  const report = await makeReport(given);
  expect(report.html).toContain('Of 100 models with curves, 12 are drawn: those of the best by accuracy');
  const drawn = report.figures.find(({ figure }) => figure.id === 'curves')!.wide!.svg;
  const best = [...values].sort((a, b) => ((b * 37) % 101) - ((a * 37) % 101)).slice(0, 12);
  for (const rate of values) expect(drawn.includes(`>train{rate=${rate}}<`), `rate ${rate}`).toBe(best.includes(rate));
  const { files } = await written(tableFiles(report, given));
  const lines = files.get('curves.csv')!.trim().split('\r\n');
  expect(lines[0]).toBe(
    'model,epoch,loss,loss_standard_error,loss_n,accuracy_percent,accuracy_percent_standard_error,accuracy_n,' +
      'val_loss,val_loss_standard_error,val_loss_n,val_accuracy_percent,val_accuracy_percent_standard_error,val_accuracy_n',
  );
  expect(lines).toHaveLength(1 + 100 * history.length);
  expect(lines).toContain('train{rate=99},2,1,,1,50,,1,2,,1,25,,1');
});

test('figures that show some models have tables with all', async () => {
  const labels = Uint8Array.from({ length: 40 }, (_, image) => image % 2);
  const logits = Float32Array.from({ length: 80 }, (_, at) => at % 3);
  const folder = join(temporaryDirectory(), 'answers');
  await writeAnswers(folder, { labels, logits: new Map([['clean', logits]]), classes: 2 }, () => false);
  const bins = Array.from({ length: 15 }, () => ({ images: 2, confidence: 0.5, accuracy: 0.5 }));
  const confusion = [
    [10, 5],
    [3, 12],
  ];
  const scores = {
    images: 30,
    accuracy: 0.7,
    loss: 1,
    brier: 0.5,
    calibrationError: 0.1,
    confusion,
    reliability: bins,
  };
  const given = source(
    experiment(
      [1, 2],
      Array.from({ length: 9 }, (_, at) => at + 1),
    ),
    {
      against: 'control',
      contents: async () => ({
        metrics: { ...evaluation(0.5, 0.25), clean: scores, corrupted: { fog: { 5: scores } } },
      }),
      answers: () => openAnswers(folder),
    },
  );
  const { files } = await written(tableFiles(await makeReport(given), given));
  const models = (name: string) => new Set([...files.get(name)!.matchAll(/student\{temperature=\d+\}/gu)].map(String));
  const ofComparison = ['by-corruption.csv', 'by-severity.csv', 'differences-by-corruption.csv'];
  for (const name of [...ofComparison, 'differences-over-images.csv', 'reliability.csv', 'confusion.csv'])
    expect(models(name).size, name).toBe(9);
  const lines = files.get('confusion.csv')!.trim().split('\r\n');
  expect(lines[0]).toBe('group,shows,0,1');
  // Both seeds together.
  expect(lines).toContain('control,1,6,24');
  expect(lines).toHaveLength(1 + 10 * 2);
});
