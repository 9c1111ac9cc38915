import { join } from 'node:path';
import {
  cifar10cFile,
  classNames,
  imageBytes,
  imageSide,
  labelsFile,
  openNpy,
  operationNames,
  prepareViews,
  randAugmentOperations,
  Stream,
  type ViewKind,
} from '../../data/index.ts';
import { writeSheets } from '../../evaluation/picture-sheets.ts';
import type { BuiltInProgram } from '../define.ts';
import { readCorruptedIndex } from '../files/corrupted-folder.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import { viewSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { answered, type Cell, type Sheet } from './ask.ts';
import type { DrawViewsConfig, DrawViewsContext } from './config.ts';

/** Images of at least this many pixels are easy to see. */
const clearSide = 96;

/** Draws a grid for each kind of picture, and runs the models on each picture. */
export function program(services: Services): BuiltInProgram<DrawViewsContext> {
  return {
    async run(context) {
      const { config, inputs, outputs } = context;
      const split = await readSplit(inputs['dataset'], 'train');
      const count = Math.min(config.images, split.labels.length);
      const sheets = [
        original(split, count),
        viewSheet(config, split, count, 'clean'),
        ...(config.randAugment ? [viewSheet(config, split, count, 'noisy'), operationSheet(config, split)] : []),
        ...(inputs['corrupted'] === undefined ? [] : [await corruptionSheet(inputs['corrupted'])]),
      ];
      const { drawn, device } = await answered(sheets, context, services);
      await writeSheets(
        outputs['pictures'],
        drawn.map((sheet) => ({ ...sheet, scale: Math.ceil(clearSide / sheet.side) })),
      );
      return {
        metrics: { pictures: sheets.length, source: split.source },
        ...(device && { provenance: { device: { ...device } } }),
      };
    },
  };
}

function original({ images, labels }: Split, count: number): Sheet {
  const cells = Array.from({ length: count }, (_, index): Cell => {
    const image = imageAt(images, index);
    return { label: nameOf(labels[index]!), image, seen: { whole: image } };
  });
  return { file: 'images.png', title: 'Training images', side: imageSide, columns: columnsOf(count), cells };
}

function viewSheet(config: DrawViewsConfig, split: Split, count: number, kind: 'clean' | 'noisy'): Sheet {
  const cells = Array.from({ length: count }, (_, index): Cell => {
    const { view, operations } = viewOf(config, split, index, kind);
    const label = nameOf(split.labels[index]!);
    const done = operations.join(', ') || 'unchanged';
    return { label, ...(kind === 'noisy' && { caption: done }), image: Uint8Array.from(view), seen: { view } };
  });
  const title = kind === 'clean' ? 'Clean views: flipped, resized, cropped' : 'Noisy views: RandAugment on top';
  return { file: `${kind}.png`, title, side: config.views.crop, columns: columnsOf(count), cells };
}

/** Each operation alone, on the clean view of the first image; last, none. */
function operationSheet(config: DrawViewsConfig, split: Split): Sheet {
  const { crop } = config.views;
  const operations = randAugmentOperations(config.randAugment!, crop);
  const clean = Uint8Array.from(viewOf(config, split, 0, 'clean').view);
  const label = nameOf(split.labels[0]!);
  const cells = operationNames.map((caption): Cell => {
    const image = clean.slice();
    operations[caption](image, new Stream(config.seed, `draw ${caption}`));
    return { label, caption, image, seen: { view: Float32Array.from(image) } };
  });
  const none: Cell = { label, caption: 'none', image: clean, seen: { view: Float32Array.from(clean) } };
  const title = `Each operation of RandAugment alone, at magnitude ${config.randAugment!.magnitude}`;
  return { file: 'operations.png', title, side: crop, columns: 6, cells: [...cells, none] };
}

/** The first test image under every corruption, one per row, at every severity. */
async function corruptionSheet(folder: string): Promise<Sheet> {
  const { corruptions, severities, images } = await readCorruptedIndex(folder);
  const [label] = await rowsOf(join(folder, labelsFile), 0);
  const cells: Cell[] = [];
  for (const group of corruptions) {
    for (const [index, severity] of severities.entries()) {
      const image = await rowsOf(join(folder, cifar10cFile(group)), index * images);
      cells.push({ label: nameOf(label!), group, caption: `severity ${severity}`, image, seen: { whole: image } });
    }
  }
  const columns = severities.length === 1 ? columnsOf(cells.length) : severities.length;
  const title = `A test image under ${corruptions.length} corruptions`;
  return { file: 'corruptions.png', title, side: imageSide, columns, cells };
}

/** One row of an array. */
async function rowsOf(path: string, first: number): Promise<Uint8Array> {
  const file = await openNpy(path);
  try {
    return await file.read('U8', { first, count: 1 });
  } finally {
    await file.close();
  }
}

/** A view of training, including the fractions that a resize leaves. */
function viewOf(config: DrawViewsConfig, { images }: Split, index: number, kind: ViewKind) {
  const operations: string[] = [];
  const view = new Float32Array(config.views.crop ** 2 * 3);
  const views = prepareViews(config.seed, viewSpec(config.views, config.randAugment));
  views.write(imageAt(images, index), config.epoch - 1, index, kind, view, (name) => operations.push(name));
  return { view, operations };
}

function imageAt(images: Uint8Array, index: number): Uint8Array {
  return images.slice(index * imageBytes, (index + 1) * imageBytes);
}

function nameOf(label: number): string {
  return classNames[label]!;
}

/** A grid that is about square. */
function columnsOf(count: number): number {
  return Math.ceil(Math.sqrt(count));
}
