import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, expect, test } from 'vitest';
import { openJavaScript } from '../../../../src/compute/javascript.ts';
import { classNames, operationNames, prepareViews } from '../../../../src/data/index.ts';
import { type CellFacts, readSheets } from '../../../../src/evaluation/picture-sheets.ts';
import { softmax } from '../../../../src/evaluation/scores.ts';
import { drawInitialWeights, openClassifier } from '../../../../src/nn/index.ts';
import { drawViews } from '../../../../src/stages/draw-views/kind.ts';
import { writeDataset } from '../../../../src/stages/files/dataset-file.ts';
import { writeWeights } from '../../../../src/stages/files/weights-file.ts';
import { viewSpec } from '../../../../src/stages/loaders/view-spec.ts';
import { buildNetwork } from '../../../../src/stages/settings/networks.ts';
import { lcg } from '../../../support/reference.ts';
import { runStage } from '../../../support/stage-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
const dataset = join(directory, 'dataset.safetensors');
const noise = lcg(1);
const images = Uint8Array.from({ length: 4 * 32 * 32 * 3 }, () => 256 * noise.uniform());
const split = { images, labels: Uint8Array.of(3, 5, 0, 9) };

const views = { padding: 4, resize: 40, crop: 32, geometry: 'shared' } as const;
const randAugment = {
  layers: 2,
  magnitude: 9,
  translate: 44,
  cutout: 18,
  fill: 'reflect',
  contrast: 'legacy',
} as const;

beforeAll(() => writeDataset(dataset, { train: split, test: split }, 'noise'));

const services = {
  environment: {},
  directory,
  backend: openJavaScript,
  cacheDirectory: directory,
  threads: 1,
  viewWorkers: 0,
  now: () => 0,
};
const kind = drawViews(services);

async function draw(more: object, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const config = { seed: 7, views, images: 3, epoch: 2, ...more };
  const { outputs } = await runStage(kind, directory, config, { dataset, ...inputs });
  return outputs['pictures']!;
}

type Index = readonly { readonly file: string; readonly cells: readonly CellFacts[] }[];

function indexIn(folder: string): ReadonlyMap<string, readonly CellFacts[]> {
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
  return new Map(index.map(({ file, cells }) => [file, cells]));
}

/** The cell of a sheet at a place, back at the size of a view: [32, 32, 3]. */
function cellOf(folder: string, file: string, column: number, row: number): Uint8Array {
  const { data, width } = decode(readFileSync(join(folder, file)));
  const scale = 3;
  const pitch = 32 * scale + 2;
  return Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % 32, Math.floor(at / 3 / 32)];
    return data[((2 + row * pitch + y * scale) * width + 2 + column * pitch + x * scale) * 3 + (at % 3)]!;
  });
}

test('the views that training sees are drawn, with what made them', async () => {
  const folder = await draw({ randAugment });
  const cells = indexIn(folder);
  expect([...cells.keys()]).toEqual(['images.png', 'clean.png', 'noisy.png', 'operations.png']);
  expect(cells.get('clean.png')).toEqual(['cat', 'dog', 'airplane'].map((label) => ({ label })));
  expect(cells.get('operations.png')!.map(({ caption }) => caption)).toEqual([...operationNames, 'none']);
  expect(cellOf(folder, 'images.png', 0, 1)).toEqual(images.slice(2 * 3072, 3 * 3072));

  const made = prepareViews(7, viewSpec(views, randAugment));
  for (const kind of ['clean', 'noisy'] as const) {
    for (let image = 0; image < 3; image += 1) {
      const view = new Uint8Array(3072);
      const names: string[] = [];
      const bytes = images.subarray(image * 3072, (image + 1) * 3072);
      made.write(bytes, 1, image, kind, view, (name) => names.push(name));
      expect(cellOf(folder, `${kind}.png`, image % 2, Math.floor(image / 2))).toEqual(view);
      if (kind === 'noisy') {
        expect(cells.get('noisy.png')![image]!.caption).toBe(names.join(', ') || 'unchanged');
      }
    }
  }
});

test('models are asked about every picture, with the fractions that a resize leaves', async () => {
  const [network, resized] = [
    { kind: 'resnet', imageSize: 24, channels: [4] } as const,
    { ...views, resize: 28, crop: 24 },
  ];
  const built = buildNetwork(network);
  const weights = { student: drawInitialWeights(built, 1), teacher: drawInitialWeights(built, 2) };
  const inputs = { student: join(directory, 'student'), teacher: join(directory, 'teacher') };
  for (const name of ['student', 'teacher'] as const) await writeWeights(inputs[name], built, weights[name]);
  const folder = await draw({ views: resized, network }, inputs);

  const view = new Float32Array(24 * 24 * 3);
  prepareViews(7, viewSpec(resized)).write(images.subarray(3072, 2 * 3072), 1, 1, 'clean', view);
  expect(view.some((value) => !Number.isInteger(value))).toBe(true);
  const { answers } = indexIn(folder).get('clean.png')![1]!;
  expect(Object.keys(answers!)).toEqual(['student', 'teacher']);
  for (const name of ['student', 'teacher'] as const) {
    const form = { size: 1, pixels: 'float32' } as const;
    const classifier = openClassifier(await openJavaScript(), built, weights[name], form);
    const shares = softmax(classifier.logits(view, 1));
    classifier.dispose();
    const { class: said, share } = answers![name]!;
    expect(shares[classNames.indexOf(said as (typeof classNames)[number])]).toBe(Math.max(...shares));
    // Batches of another size may add in another order.
    expect(share).toBeCloseTo(Math.max(...shares), 5);
  }
});

test('weights without a network, or of another one, are a problem of the check', () => {
  const config = { seed: 1, views };
  const facts = { student: { network: { kind: 'resnet', imageSize: 32, channels: [4] } } };
  expect(kind.checkInputs!(config, {})).toEqual([]);
  expect(kind.checkInputs!(config, facts)[0]!.message).toContain('the setting "network" is missing');
  const network = { kind: 'resnet', imageSize: 32, channels: [8] };
  expect(kind.checkInputs!({ ...config, network }, facts)[0]!.message).toContain('do not fit');
});

test('sheets are read as they were drawn; a folder without them, or with other pictures, holds none', async () => {
  const folder = await draw({ randAugment });
  const read = async (file: string) => readFileSync(join(folder, file));
  const sheets = (await readSheets(read))!;
  const [first] = sheets.find(({ file }) => file === 'noisy.png')!.cells;
  expect(Uint8Array.from(decode(first!.png).data)).toEqual(cellOf(folder, 'noisy.png', 0, 0));
  expect(first!.label).toBe('cat');
  const lies = { 'index.json': Buffer.from('[{"file":"images.png","title":"","side":9999999,"cells":[{}]}]') };
  for (const other of [
    async () => undefined,
    async (file: string) => (file === 'index.json' ? lies[file] : read(file)),
    async (file: string) => read(file === 'noisy.png' ? 'operations.png' : file),
    async (file: string) => (file === 'noisy.png' ? Buffer.from('no picture') : read(file)),
  ])
    expect(await readSheets(other)).toBeUndefined();
});

test('the same settings draw the same bytes, and without RandAugment nothing is noisy', async () => {
  const [one, two] = [await draw({}), await draw({})];
  expect(readdirSync(one).sort()).toEqual(['clean.png', 'images.png', 'index.json']);
  for (const file of readdirSync(one)) expect(readFileSync(join(one, file))).toEqual(readFileSync(join(two, file)));
});
