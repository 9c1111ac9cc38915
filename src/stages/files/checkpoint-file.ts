import { existsSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../data/index.ts';
import type { JsonObject } from '../../json/json.ts';
import type { Checkpoint, TrainingProgress } from '../../nn/index.ts';
import { continuedBy, type Devices } from './devices.ts';

/** A checkpoint that also keeps which devices computed the state. */
export interface CheckpointFile extends Checkpoint {
  /** Those of the state that was loaded, and this one. */
  devices(): Devices;
}

/**
 * Stores the state of a training run in one file of its checkpoint directory, which each save replaces completely.
 * @param seconds between saves. @param now seconds on a steady clock. @param device that computes from now on.
 */
export function checkpointFile(
  directory: string,
  seconds: number,
  now: () => number,
  device: () => JsonObject,
): CheckpointFile {
  const path = join(directory, 'training.safetensors');
  let earlier: Devices = [];
  const devices = () => continuedBy(earlier, device());
  let lastSave = now();
  return {
    async load() {
      if (!existsSync(path)) return undefined;
      const { tensors, metadata } = await readSafetensors(path);
      // Checkpoints of early versions have no devices.
      earlier = JSON.parse(metadata['devices'] ?? '[]') as Devices;
      return {
        progress: JSON.parse(metadata['progress'] ?? '') as TrainingProgress,
        tensors: new Map([...tensors].map(([name, { values }]) => [name, values as Float32Array])),
      };
    },
    devices,
    due: () => now() - lastSave >= seconds,
    async save({ progress, tensors }) {
      const draft = `${path}.draft`;
      const stored = [...tensors].map(([name, values]) => [name, { shape: [values.length], values }] as const);
      await writeSafetensors(draft, new Map(stored), {
        progress: JSON.stringify(progress),
        devices: JSON.stringify(devices()),
      });
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
