import type { Backend } from '../../compute/backend.ts';
import { classNames, prepareViews } from '../../data/index.ts';
import type { CellFacts, DrawnSheet, Said } from '../../evaluation/picture-sheets.ts';
import { softmax } from '../../evaluation/scores.ts';
import { type Network, openClassifier } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';
import { readWeights } from '../files/weights-file.ts';
import { wholeSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { buildNetwork } from '../settings/networks.ts';
import { type DrawViewsContext, models } from './config.ts';

/** A picture, and the network's input for it: a view unchanged, or a whole image, resized for the network. */
export type Cell = CellFacts & {
  readonly image: Uint8Array;
  readonly seen: { readonly view: Float32Array } | { readonly whole: Uint8Array };
};

/** A grid of pictures that is not drawn yet. */
export type Sheet = Omit<DrawnSheet, 'scale' | 'cells'> & { readonly cells: readonly Cell[] };

/** Sheets with the answers of the given models for every picture, and the device that computed them. */
export async function answered(
  sheets: readonly Sheet[],
  { config, inputs, signal }: DrawViewsContext,
  services: Services,
): Promise<{ readonly drawn: readonly Omit<DrawnSheet, 'scale'>[]; readonly device: Backend['device'] | undefined }> {
  const given = models.flatMap((name) => (inputs[name] === undefined ? [] : [{ name, weights: inputs[name] }]));
  const cells = sheets.flatMap((sheet) => sheet.cells);
  const answers = cells.map((): Record<string, Said> => ({}));
  let device: Backend['device'] | undefined;
  if (given.length > 0) {
    if (!config.network) throw new StageError('models are asked, but network does not say what their weights are of');
    const network = buildNetwork(config.network);
    const backend = await services.backend();
    device = backend.device;
    const pixels = cells.map((cell) => pixelsFor(network, cell));
    for (const { name, weights } of given) {
      signal.throwIfAborted();
      const form = { size: batchSize, pixels: 'float32' } as const;
      const classifier = openClassifier(backend, network, await readWeights(weights, network), form);
      try {
        for (let first = 0; first < cells.length; first += batchSize) {
          const batch = pixels.slice(first, first + batchSize);
          const logits = classifier.logits(joined(batch), batch.length);
          batch.forEach((_, at) => {
            answers[first + at]![name] = said(logits.subarray(at * network.classes, (at + 1) * network.classes));
          });
        }
      } finally {
        classifier.dispose();
      }
    }
  }
  let next = 0;
  const drawn = sheets.map((sheet) => ({
    ...sheet,
    cells: sheet.cells.map(({ seen: _, ...cell }) => {
      const own = answers[next]!;
      next += 1;
      return { ...cell, ...(given.length > 0 && { answers: own }) };
    }),
  }));
  return { drawn, device };
}

/** Pictures per batch. */
const batchSize = 32;

function pixelsFor({ imageSize }: Network, { seen }: Cell): Float32Array {
  if ('view' in seen) return seen.view;
  const pixels = new Float32Array(imageSize ** 2 * 3);
  // Whole views are not random.
  prepareViews(0, wholeSpec(imageSize)).write(seen.whole, 0, 0, 'whole', pixels);
  return pixels;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.length * parts[0]!.length);
  parts.forEach((part, at) => {
    all.set(part, at * part.length);
  });
  return all;
}

function said(logits: Float32Array): Said {
  const shares = softmax(logits);
  const at = shares.indexOf(Math.max(...shares));
  return { class: classNames[at] ?? String(at), share: shares[at]! };
}
