import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../json/json.ts';
import { continuedBy, type Devices } from './devices.ts';

/** Parts of a stage's work that survive a crash, each stored complete in the stage's checkpoint directory. */
export interface FinishedParts {
  /** The part with this name, from an earlier attempt if it finished the part, otherwise made now. */
  part(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
  /** The devices that computed parts in earlier attempts, and this one. */
  readonly devices: Devices;
}

/** Stores parts in a directory, one file each, renamed into place once written. @param device that makes parts from now on. */
export async function finishedParts(directory: string, device: JsonObject): Promise<FinishedParts> {
  const devicesPath = join(directory, 'devices.json');
  const earlier = existsSync(devicesPath) ? (JSON.parse(await readFile(devicesPath, 'utf8')) as Devices) : [];
  const devices = continuedBy(earlier, device);
  let isNoted = false;
  return {
    devices,
    async part(name, make) {
      const path = join(directory, name);
      if (existsSync(path)) return readFile(path);
      const bytes = await make();
      // Before the part, so that no part is without its device.
      if (!isNoted) await place(devicesPath, JSON.stringify(devices));
      isNoted = true;
      await place(path, bytes);
      return bytes;
    },
  };
}

async function place(path: string, content: Uint8Array | string): Promise<void> {
  const draft = await open(`${path}.draft`, 'w');
  try {
    await draft.writeFile(content);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.draft`, path);
}
