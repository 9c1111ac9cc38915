import { existsSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../data/index.ts';
import type { Checkpoint, TrainingProgress } from '../../nn/index.ts';

/**
 * Stores the state of a training run in one file of its checkpoint directory, which each save replaces completely.
 * @param seconds between saves. @param now seconds on a steady clock.
 */
export function checkpointFile(directory: string, seconds: number, now: () => number): Checkpoint {
  const path = join(directory, 'training.safetensors');
  let lastSave = now();
  return {
    async load() {
      if (!existsSync(path)) return undefined;
      const { tensors, metadata } = await readSafetensors(path);
      return {
        progress: JSON.parse(metadata['progress'] ?? '') as TrainingProgress,
        tensors: new Map([...tensors].map(([name, { values }]) => [name, values as Float32Array])),
      };
    },
    due: () => now() - lastSave >= seconds,
    async save({ progress, tensors }) {
      const draft = `${path}.draft`;
      const stored = [...tensors].map(([name, values]) => [name, { shape: [values.length], values }] as const);
      await writeSafetensors(draft, new Map(stored), { progress: JSON.stringify(progress) });
      await sync(draft);
      await rename(draft, path);
      lastSave = now();
    },
  };
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
