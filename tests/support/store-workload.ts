import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from '../../src/engine/key/key.ts';
import type { StageRecord } from '../../src/engine/record.ts';
import type { Draft, Store } from '../../src/engine/store/index.ts';
import type { JsonObject } from '../../src/json/json.ts';

/** A stage whose result depends only on its name. */
export interface Work {
  readonly name: string;
  readonly key: string;
}

function materialOf(name: string): JsonObject {
  return { uses: 'work', name };
}

/** `count` stages; some of them write equal bytes. */
export function works(count: number): readonly Work[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `stage-${index}`,
    key: keyOf(materialOf(`stage-${index}`)),
  }));
}

/** Computes a stage, or waits for the process that does. `onCompute` is called for each computation. */
export async function perform(
  store: Store,
  work: Work,
  options: {
    readonly force?: boolean;
    readonly onCompute?: () => void;
    readonly onWait?: (holder: string) => void;
  } = {},
): Promise<StageRecord> {
  const begun = await store.begin(work.key, {
    onWait: options.onWait ?? (() => {}),
    signal: new AbortController().signal,
    force: options.force ?? false,
  });
  if ('record' in begun) return begun.record;
  options.onCompute?.();
  writeOutputs(begun.draft, work);
  return begun.draft.publish(
    { weights: { file: 'weights.bin', directory: false }, images: { file: 'images', directory: true } },
    { material: materialOf(work.name), metrics: {}, provenance: {}, seconds: 1, writersGone: true },
  );
}

function writeOutputs(draft: Draft, { name }: Work): void {
  const number = Number(name.split('-')[1]);
  writeFileSync(join(draft.checkpoints, 'step'), name);
  writeFileSync(draft.outputPath('weights', 'weights.bin'), name.repeat(5000));
  const images = draft.outputPath('images', 'images');
  mkdirSync(join(images, 'train'), { recursive: true });
  writeFileSync(join(images, 'train', '1.png'), `image ${number % 2}`);
  writeFileSync(join(images, 'labels.txt'), name, { mode: 0o755 });
}

/** Appends a line to a file that several processes append to. */
export function note(file: string, line: string): void {
  appendFileSync(file, `${line}\n`);
}

/** The lines of such a file. */
export function notes(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}
