import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { type LocalStore, openStore, type StoreOptions, thisProcess } from '../../src/engine/store/index.ts';

/** A directory that exists until the test has finished. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The store in a directory, closed when the test has finished. */
export async function storeAt(directory: string, options: Partial<StoreOptions> = {}): Promise<LocalStore> {
  const store = await openStore({ directory, clock: systemClock, process: thisProcess(), ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A new store, gone when the test has finished. */
export function freshStore(options: Partial<StoreOptions> = {}): Promise<LocalStore> {
  return storeAt(join(freshDirectory(), 'artifacts'), options);
}
