import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, expect, test } from 'vitest';
import { operationNames, prepareViews } from '../../../../src/data/index.ts';
import { drawViews } from '../../../../src/stages/draw-views/kind.ts';
import { writeDataset } from '../../../../src/stages/files/dataset-file.ts';
import { viewSpec } from '../../../../src/stages/loaders/view-spec.ts';
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

async function draw(more: object): Promise<string> {
  const config = { seed: 7, views, images: 3, epoch: 2, ...more };
  const { outputs } = await runStage(drawViews(), directory, config, { dataset });
  return outputs['pictures']!;
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
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { file: string; cells: string[] }[];
  const cells = new Map(index.map((sheet) => [sheet.file, sheet.cells]));
  expect([...cells.keys()]).toEqual(['images.png', 'clean.png', 'noisy.png', 'operations.png']);
  expect(cells.get('clean.png')).toEqual(['cat', 'dog', 'airplane']);
  expect(cells.get('operations.png')).toEqual([...operationNames, 'none']);
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
        const said = cells.get('noisy.png')![image]!.split(': ')[1];
        expect(said).toBe(names.join(', ') || 'unchanged');
      }
    }
  }
});

test('the same settings draw the same bytes, and without RandAugment nothing is noisy', async () => {
  const [one, two] = [await draw({}), await draw({})];
  expect(readdirSync(one).sort()).toEqual(['clean.png', 'images.png', 'index.json']);
  for (const file of readdirSync(one)) expect(readFileSync(join(one, file))).toEqual(readFileSync(join(two, file)));
});
