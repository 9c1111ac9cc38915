import { describe, expect, test } from 'vitest';
import { encodePng, grid } from '../../../../src/data/pictures/grid.ts';
import type { RunSummary, StageSummary } from '../../../../src/engine/index.ts';
import type { Json, JsonObject } from '../../../../src/json/json.ts';
import { makeReport, type ReportSource, tableFiles, whyNotAgainst } from '../../../../src/report/report.ts';

const epoch = (loss: number, accuracy: number) => ({ loss, accuracy, val_loss: loss * 2, val_accuracy: accuracy / 2 });
const history = [epoch(2, 0.25), epoch(1, 0.5), epoch(0.5, 0.75)];

const evaluation = (clean: number, fog: number): JsonObject => ({
  images: 'CIFAR-10, official archive',
  cleanAccuracy: clean,
  corruptedAccuracy: fog,
  bySeverity: { fog: { 1: 1, 5: fog } },
  notEvaluated: {},
});

function stage(id: string, rest: Partial<StageSummary> = {}): StageSummary {
  const origin = { package: '0.1.0', git: { commit: 'c0ffee', dirty: false } };
  return {
    id,
    stage: id.replace(/\{.*/u, ''),
    uses: 'train',
    key: 'ab'.repeat(32),
    state: 'ran',
    because: undefined,
    reason: undefined,
    seconds: 61,
    outputs: {},
    metrics: {},
    provenance: {
      config: { epochs: 3 },
      origin,
      ranOn: { device: { kind: 'cpu' } },
      finished: '2026-11-25T10:00:00.000Z',
    },
    files: {},
    variants: [{}],
    ...rest,
  };
}

function source(stages: readonly StageSummary[], rest: Partial<ReportSource> = {}): ReportSource {
  const count = (state: string) => stages.filter((each) => each.state === state).length;
  const summary: RunSummary = {
    run: 'r',
    pipeline: 'toy',
    outcome: 'done',
    seconds: 75,
    hits: count('hit'),
    ran: count('ran'),
    failed: count('failed'),
    skipped: count('skipped'),
    stages,
  };
  return {
    summary,
    command: 'pipe run toy.yaml',
    run: { id: '20261125-100000', started: '2026-11-25T10:00:00.000Z', isRunning: false },
    needs: new Map(),
    question: undefined,
    against: undefined,
    classes: [],
    contents: async () => ({}),
    answers: async () => undefined,
    output: async () => undefined,
    folder: async () => undefined,
    pictures: async () => undefined,
    missing: () => [],
    version: '0.1.0',
    ...rest,
  };
}

const page = async (stages: readonly StageSummary[], rest: Partial<ReportSource> = {}) =>
  (await makeReport(source(stages, rest))).html;

/** Names of the elements, in the order in which they end; fails where one is not closed, or closed twice. */
function elements(text: string): readonly string[] {
  const open: string[] = [];
  const ended: string[] = [];
  for (const [, slash, name = '', self] of text.matchAll(/<(\/?)([a-zA-Z][\w]*)\b[^>]*?(\/?)>/gu)) {
    if (slash) {
      expect(open.pop(), `what </${name}> closes`).toBe(name);
      ended.push(name);
    } else if (self || ['meta', 'br', 'img'].includes(name)) ended.push(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
  return ended;
}

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
    expect(text).toContain('Temperature 4 is best of 3');
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
    expect(text).toContain('Lr 0.3 is best of 2');
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
    expect(text).toContain('Kind 3 is best of 2: 0.75 score');
    expect(text).toContain('2 of 4 variants of train report no number for score, and are left out: kind 1 and kind 2.');
  });

  test('a training whose metric has the name of what judges it is no model beside it', async () => {
    const own = (id: string, accuracy: number) => stage(id, { uses: 'shell', metrics: { accuracy } });
    const nodes = [own('train', 0.9), own('judge', 0.5), own('judge-other', 0.25)];
    const needs = new Map([['judge', ['train']]]);
    const text = await page(nodes, { needs });
    expect(text).toContain('judge is best of 2 models');
    expect(await page(nodes)).toContain('train is best of 3 models');
  });

  test('of 5,000 values of one path the best are drawn, and the page says so', async () => {
    const nodes = Array.from({ length: 5000 }, (_, rate) =>
      stage(`train{rate=${rate}}`, {
        variants: [{ rate }],
        metrics: { accuracy: (rate % 101) / 200 },
        provenance: { config: { rate }, ranOn: {} },
      }),
    );
    const report = await makeReport(source(nodes));
    expect(report.html.length).toBeLessThan(1_000_000);
    expect(report.html).toContain('The best 20 of 5000 values are shown; --tables writes all.');
    const files = new Map([...tableFiles(report)].map(({ name, content }) => [name, content as string]));
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
    const report = await makeReport(source(nodes));
    expect(report.html.length).toBeLessThan(1_000_000);
    const files = new Map([...tableFiles(report)].map(({ name, content }) => [name, content as string]));
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

test('curves that do not have numbers, or not all of them, are no curves', async () => {
  const contents: Readonly<Record<string, Json>> = { a: [{ name: 'x' }], b: [1, 2], c: [] };
  expect(await page([stage('train')], { contents: async () => contents })).not.toContain('Learning curves');
  expect(await page([stage('train')], { contents: async () => ({ history }) })).toContain('Learning curves: accuracy');
});

test('marked outputs: pictures, tables, figures; and what is none of these', async () => {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { values: [{ a: 1 }, { a: 2 }] },
    mark: 'point',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  };
  const contents: Readonly<Record<string, string>> = {
    'plot.png': '\x89PNG\r\n\x1a\n',
    'table.csv': 'name,value\n"<b>x</b>",1\n',
    'figure.vl.json': JSON.stringify(spec),
    'outside.vl.json': JSON.stringify({ ...spec, data: { url: 'file:///etc/passwd' } }),
    'broken.vl.json': '{',
    'fake.png': 'no picture',
  };
  const files = Object.keys(contents);
  const outputs = Object.fromEntries(files.map((file) => [file, { digest: '', bytes: 9, directory: false }]));
  const marking = stage('draw', {
    outputs,
    files: Object.fromEntries(files.map((file) => [file, file])),
    report: files,
  });
  const text = await page([marking], { output: async (_, name) => Buffer.from(contents[name]!, 'latin1') });
  expect(text.match(/<img class="picture"[^>]*src="data:image\/(?:png|svg\+xml);base64/gu)).toHaveLength(2);
  expect(text).toContain('&lt;b&gt;x&lt;/b&gt;');
  for (const words of [
    'fake.png of draw is not a picture',
    'broken.vl.json of draw cannot be drawn',
    'outside.vl.json of draw cannot be drawn',
  ]) {
    expect(text).toContain(words);
  }
  elements(text);
});

test('a marked folder: its pictures and tables; with an index, what each picture shows and is taken for', async () => {
  const cells = [
    { label: 'cat', caption: '<i>Invert</i>', answers: { student: { class: 'cat', share: 0.75 } } },
    { label: 'dog', answers: { student: { class: '<b>frog</b>', share: 0.5 } } },
  ];
  const form = { side: 2, scale: 3, columns: 2 };
  const picture = await encodePng(grid([new Uint8Array(12), new Uint8Array(12).fill(255)], form));
  const index = [{ file: 'a.png', title: 'Views <1>', ...form, cells }];
  const folders: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
    sheets: { 'a.png': picture, 'index.json': Buffer.from(JSON.stringify(index)) },
    plots: { 'b/one.png': picture, 'table.csv': Buffer.from('x\n1\n'), 'notes.txt': Buffer.from('no') },
    broken: { 'index.json': Buffer.from('[]'), 'fake.png': Buffer.from('no picture') },
  };
  const names = Object.keys(folders);
  const marking = stage('draw', {
    outputs: Object.fromEntries(names.map((name) => [name, { digest: '', bytes: 9, directory: true }])),
    files: Object.fromEntries(names.map((name) => [name, name])),
    report: names,
  });
  const folder: ReportSource['folder'] = async (_, name) => ({
    files: Object.keys(folders[name]!),
    read: async (file) => folders[name]![file],
  });
  const text = await page([marking], { folder });
  elements(text);
  expect(text.match(/<img src="data:image\/png[^>]*width="96" height="96" alt="(?:cat, &lt;i|dog)/gu)).toHaveLength(2);
  for (const words of [
    'Views &lt;1&gt;',
    'Of these 2 pictures, student gets 1 right.',
    '&lt;b&gt;frog&lt;/b&gt;</span> 50',
    'one.png in plots of draw',
    'table.csv in plots of draw',
    'fake.png in broken of draw is not a picture',
  ])
    expect(text).toContain(words);
  expect(text).not.toContain('notes.txt');
});
