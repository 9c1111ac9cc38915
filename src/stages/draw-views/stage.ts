import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cifar10cFile,
  classNames,
  encodePng,
  grid,
  imageBytes,
  imageSide,
  openNpy,
  operationNames,
  prepareViews,
  randAugmentOperations,
  Stream,
  type ViewKind,
} from '../../data/index.ts';
import type { BuiltInProgram } from '../define.ts';
import { readCorruptedIndex } from '../files/corrupted-folder.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import { viewSpec } from '../loaders/view-spec.ts';
import type { DrawViewsConfig, DrawViewsContext } from './config.ts';

/** A grid of images, and what each of its cells shows. */
interface Sheet {
  readonly file: string;
  readonly title: string;
  readonly side: number;
  readonly columns: number;
  readonly cells: readonly { readonly caption: string; readonly image: Uint8Array }[];
}

/** Images of so many pixels at least are easily seen. */
const clearSide = 96;

/** Draws a grid of each kind of picture. */
export function program(): BuiltInProgram<DrawViewsContext> {
  return {
    async run({ config, inputs, outputs }) {
      const split = await readSplit(inputs['dataset'], 'train');
      const count = Math.min(config.images, split.labels.length);
      const sheets = [
        original(split, count),
        viewSheet(config, split, count, 'clean'),
        ...(config.randAugment ? [viewSheet(config, split, count, 'noisy'), operationSheet(config, split)] : []),
        ...(inputs['corrupted'] === undefined ? [] : [await corruptionSheet(inputs['corrupted'])]),
      ];
      const folder = outputs['pictures'];
      await mkdir(folder, { recursive: true });
      for (const { file, side, columns, cells } of sheets) {
        const images = cells.map(({ image }) => image);
        const scale = Math.ceil(clearSide / side);
        await writeFile(join(folder, file), await encodePng(grid(images, side, columns, scale)));
      }
      const index = sheets.map(({ file, title, columns, cells }) => ({
        file,
        title,
        columns,
        cells: cells.map(({ caption }) => caption),
      }));
      await writeFile(join(folder, 'index.json'), `${JSON.stringify(index, null, 1)}\n`);
      return { metrics: { pictures: sheets.length, source: split.source } };
    },
  };
}

function original({ images, labels }: Split, count: number): Sheet {
  const cells = Array.from({ length: count }, (_, index) => ({
    caption: classNames[labels[index]!]!,
    image: imageAt(images, index),
  }));
  return { file: 'images.png', title: 'Images', side: imageSide, columns: columnsOf(count), cells };
}

function viewSheet(config: DrawViewsConfig, split: Split, count: number, kind: 'clean' | 'noisy'): Sheet {
  const { crop } = config.views;
  const cells = Array.from({ length: count }, (_, index) => {
    const { view, operations } = viewOf(config, split, index, kind);
    const name = classNames[split.labels[index]!]!;
    return { caption: kind === 'clean' ? name : `${name}: ${operations.join(', ') || 'unchanged'}`, image: view };
  });
  const what = kind === 'clean' ? 'Clean views: flipped, resized, cropped' : 'Noisy views: RandAugment';
  return { file: `${kind}.png`, title: what, side: crop, columns: columnsOf(count), cells };
}

/** Each operation alone, on the first image's clean view; last, none. */
function operationSheet(config: DrawViewsConfig, split: Split): Sheet {
  const { crop } = config.views;
  const operations = randAugmentOperations(config.randAugment!, crop);
  const { view } = viewOf(config, split, 0, 'clean');
  const cells = operationNames.map((name) => {
    const image = view.slice();
    operations[name](image, new Stream(config.seed, `draw ${name}`));
    return { caption: name, image };
  });
  const title = `The operations of RandAugment at magnitude ${config.randAugment!.magnitude}`;
  return { file: 'operations.png', title, side: crop, columns: 6, cells: [...cells, { caption: 'none', image: view }] };
}

/** The first image under every corruption, a row each, at every severity. */
async function corruptionSheet(folder: string): Promise<Sheet> {
  const { corruptions, severities, images } = await readCorruptedIndex(folder);
  const cells: { caption: string; image: Uint8Array }[] = [];
  for (const name of corruptions) {
    const file = await openNpy(join(folder, cifar10cFile(name)));
    try {
      for (const [index, severity] of severities.entries()) {
        const image = await file.read('U8', { first: index * images, count: 1 });
        cells.push({ caption: `${name} ${severity}`, image });
      }
    } finally {
      await file.close();
    }
  }
  const columns = severities.length === 1 ? columnsOf(cells.length) : severities.length;
  return { file: 'corruptions.png', title: 'Corruptions, by severity', side: imageSide, columns, cells };
}

function viewOf(config: DrawViewsConfig, { images }: Split, index: number, kind: ViewKind) {
  const operations: string[] = [];
  const view = new Uint8Array(config.views.crop ** 2 * 3);
  const views = prepareViews(config.seed, viewSpec(config.views, config.randAugment));
  views.write(imageAt(images, index), config.epoch - 1, index, kind, view, (name) => operations.push(name));
  return { view, operations };
}

function imageAt(images: Uint8Array, index: number): Uint8Array {
  return images.subarray(index * imageBytes, (index + 1) * imageBytes);
}

/** A grid that is about square. */
function columnsOf(count: number): number {
  return Math.ceil(Math.sqrt(count));
}
