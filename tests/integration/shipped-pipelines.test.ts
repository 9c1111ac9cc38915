import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { canonicalJson } from '../../src/engine/key/canonical-json.ts';
import { ConfigurationError } from '../../src/problem/errors.ts';
import { renderProblems } from '../../src/problem/render.ts';
import { editorSchema, type Pipeline, readPipelines } from '../../src/schema/index.ts';
import { builtinDefinitions, catalogueOf } from '../../src/stages/catalogue.ts';

const definitions = builtinDefinitions({
  environment: {},
  directory: '.',
  backend: async () => {
    throw new Error('checking a pipeline loads no backend');
  },
  cacheDirectory: '',
  threads: 1,
  viewWorkers: 0,
  now: () => 0,
});
const folder = new URL('../../pipelines/', import.meta.url);
const flagship = 'consistency.yaml';
const pipelines = yamlFiles(folder);
/** Overlays of the flagship; those of another pipeline are in a folder of its name. */
const overlays = yamlFiles(new URL('overlays/', folder));
const othersOverlays = pipelines
  .map((file) => ({ file, own: file.replace('.yaml', '') }))
  .filter(({ file, own }) => file !== flagship && existsSync(new URL(`overlays/${own}/`, folder)))
  .flatMap(({ file, own }) =>
    yamlFiles(new URL(`overlays/${own}/`, folder)).map((name) => ({ file, overlay: `${own}/${name}` })),
  );

function yamlFiles(place: URL): readonly string[] {
  return readdirSync(place).filter((name) => name.endsWith('.yaml'));
}

/** The pipelines, or as one text what is wrong with them. */
async function readShipped(
  names: readonly string[],
  sets: readonly string[] = [],
  file = flagship,
): Promise<readonly Pipeline[] | string> {
  const request = { file, overlays: names.map((name) => `overlays/${name}`), sets, sweeps: [] };
  const readBytes = (path: string) => readFile(new URL(path, folder));
  try {
    return await readPipelines({ ...request, kinds: catalogueOf(definitions, '.'), readBytes });
  } catch (error) {
    if (error instanceof ConfigurationError) return renderProblems(error.problems, error.sources);
    throw error;
  }
}

test.each(pipelines)('%s is right, for the reader and for editors', async (file) => {
  expect(await readShipped([], [], file)).toHaveLength(file === flagship ? 1 : 5);
  const accepts = new Ajv({ strict: false }).compile(editorSchema(definitions));
  const document: unknown = parse(await readFile(new URL(file, folder), 'utf8'));
  expect(accepts(document), JSON.stringify(accepts.errors)).toBe(true);
});

test.each(overlays)('overlays/%s is right', async (overlay) => {
  expect(await readShipped([overlay])).toEqual(expect.any(Array));
});

test.each(othersOverlays)('overlays/$overlay is right for $file', async ({ file, overlay }) => {
  expect(await readShipped([overlay], [], file)).toEqual(expect.any(Array));
});

test('hundred-epochs.yaml is the longer training of the published repository', async () => {
  const [pipeline] = (await readShipped(['hundred-epochs.yaml'])) as readonly Pipeline[];
  const stage = (id: string) => pipeline!.stages.find((each) => each.id === id)!;
  for (const id of ['teacher', 'student']) {
    expect(stage(id).config).toMatchObject({
      network: { kind: 'resnet50v2', imageSize: 72 },
      epochs: 100,
      batchSize: 1024,
      dropLastBatch: true,
      shuffleBuffer: 10240,
      batchNormReplicas: 8,
      reduceLearningRate: { monitor: 'accuracy', factor: 0.5 },
      earlyStopping: { monitor: 'accuracy', patience: 10 },
    });
  }
  expect(stage('logits').config['epochs']).toBe(100);
  expect(stage('student').needs['initial']!.stage).toBe('student-initial-weights');
  const { seed } = stage('initial-weights').config;
  expect(stage('student-initial-weights').config).toMatchObject({ seed, draw: 1 });
});

/** What a pipeline computes, in text, a setting per line; undefined if its overlays do not fit. */
async function settingsWith(...names: readonly string[]): Promise<readonly string[] | undefined> {
  const read = await readShipped(names);
  if (typeof read === 'string') return undefined;
  return read.flatMap(({ stages }) =>
    stages.flatMap(({ id, config, needs }) => [
      ...Object.entries(config).map(([name, value]) => `${id}.${name} ${canonicalJson(value)}`),
      ...Object.entries(needs).map(([input, { stage, output }]) => `${id} ${input} ${stage}.${output}`),
    ]),
  );
}

test('the order matters only for these overlays, and for these settings', async () => {
  const found: Record<string, readonly string[]> = {};
  for (const [at, one] of overlays.entries()) {
    for (const other of overlays.slice(at + 1)) {
      const [first, second] = [await settingsWith(one, other), await settingsWith(other, one)];
      const differing = first?.filter((line) => second && !second.includes(line)) ?? [];
      if (differing.length > 0) found[`${one}, then ${other}`] = differing;
    }
  }
  // docs/flagship.md and the overlays name these pairs.
  expect(found).toMatchInlineSnapshot(`
    {
      "as-published.yaml, then hundred-epochs.yaml": [
        "teacher.shuffleBuffer 10240",
        "student.shuffleBuffer 10240",
      ],
      "cpu.yaml, then moving-average.yaml": [
        "teacher.averaging {"assign":true,"decay":0.99,"dynamic":false,"kind":"moving-average","period":10,"refreshBatchNorm":true,"start":0}",
      ],
      "moving-average.yaml, then plain.yaml": [
        "teacher.averaging {"assign":true,"decay":0.99,"dynamic":false,"kind":"none","period":10,"refreshBatchNorm":true,"start":0}",
      ],
      "moving-average.yaml, then quick.yaml": [
        "teacher.averaging {"assign":true,"decay":0.99,"dynamic":false,"kind":"moving-average","period":10,"refreshBatchNorm":true,"start":400}",
      ],
    }
  `);
});

/** Every property of a schema, however deep, by its path. */
function propertiesOf(
  schema: Readonly<Record<string, unknown>>,
  path: string,
): [string, Readonly<Record<string, unknown>>][] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return Object.entries(properties).flatMap(([name, property]) => [
    [`${path}.${name}`, property],
    ...propertiesOf(property, `${path}.${name}`),
  ]);
}

test('every setting of every kind says in a sentence what it does', () => {
  const settings = definitions.flatMap(({ uses, config }) => propertiesOf(config, uses));
  expect(settings.length).toBeGreaterThan(50);
  expect(
    settings.filter(([, { description }]) => !/^[A-Za-z].{5,}\.$/su.test(String(description))).map(([path]) => path),
  ).toEqual([]);
});

test('every switch between the published code and its text is there', () => {
  const settings = new Map(definitions.flatMap(({ uses, config }) => propertiesOf(config, uses)));
  const choices = (path: string) => settings.get(path)?.['enum'] ?? settings.get(path)?.['type'];
  expect({
    pairing: choices('train-student.pairing'),
    views: choices('train-student.views.geometry'),
    temperatureSquared: choices('train-student.temperatureSquared'),
    averaging: choices('train-teacher.averaging.kind'),
    assign: choices('train-teacher.averaging.assign'),
    refresh: choices('train-teacher.averaging.refreshBatchNorm'),
    overlap: choices('train-teacher.validation.overlap'),
    fill: choices('train-student.randAugment.fill'),
    contrast: choices('train-student.randAugment.contrast'),
    restore: choices('train-teacher.earlyStopping.restore'),
    movingVariance: choices('train-teacher.batchNormVariance'),
    epsilon: choices('train-teacher.optimizer.epsilonForm'),
    confidence: choices('train-student.confidence'),
    stochasticDepth: choices('train-teacher.stochasticDepth'),
    labelledImages: choices('train-student.labelledImages'),
    ownWeights: choices('initial-weights.draw'),
    shuffleBuffer: choices('train-student.shuffleBuffer'),
    dropLastBatch: choices('train-student.dropLastBatch'),
    batchNormReplicas: choices('train-student.batchNormReplicas'),
  }).toEqual({
    pairing: ['same-image', 'as-published'],
    views: ['shared', 'independent'],
    temperatureSquared: 'boolean',
    averaging: ['none', 'swa', 'moving-average', 'epoch'],
    assign: 'boolean',
    refresh: 'boolean',
    overlap: 'integer',
    fill: ['reflect', 'grey'],
    contrast: ['legacy', 'fixed'],
    restore: ['at-stop', 'always', 'never'],
    movingVariance: ['unbiased', 'biased'],
    epsilon: ['keras', 'tfjs'],
    confidence: 'number',
    stochasticDepth: 'number',
    labelledImages: 'integer',
    ownWeights: 'integer',
    shuffleBuffer: 'integer',
    dropLastBatch: 'boolean',
    batchNormReplicas: 'integer',
  });
});

test.each([
  ['stages.student.with.augMix.width=2', 'augMix makes its own views from clean ones, but randAugment is set, too'],
  ['stages.teacher.with.batchNormReplicas=3', 'a batch of 128 images cannot be split into 3 equal parts'],
  [
    'stages.teacher.with.batchNormReplicas=4',
    'it may be impossible to split the last batch of an epoch into 4 equal parts',
  ],
])('%s is a problem', async (set, message) => {
  expect(await readShipped([], [set])).toContain(message);
});

test('a whole batch of more images than there are is a problem', async () => {
  const sets = ['stages.teacher.with.dropLastBatch=true', 'params.batchSize=60000'];
  expect(await readShipped([], sets)).toContain('49500 images to train on do not fill a batch of 60000');
});

test('augMix and a teacher are a problem', async () => {
  const sets = ['stages.student.with.augMix.width=2', 'stages.student.with.randAugment=null'];
  expect(await readShipped([], sets)).toContain('but its input "logits" provides those of a teacher');
});

test('every setting of the shipped pipeline can be misspelt, and each time the setting is named', async () => {
  const [pipeline] = (await readShipped([])) as readonly Pipeline[];
  for (const { id, config } of pipeline!.stages) {
    for (const setting of Object.keys(config)) {
      const misspelt = `${setting}x`;
      const problems = await readShipped([], [`stages.${id}.with.${misspelt}=1`]);
      expect(problems).toContain(`unknown key "${misspelt}" in stages.${id}.with`);
      expect(problems).toContain(`did you mean "${setting}"?`);
    }
  }
});
