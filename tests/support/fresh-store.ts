import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { type LocalStore, openStore, type StoreOptions, thisProcess } from '../../src/engine/store/index.ts';
import { Layout } from '../../src/engine/store/layout.ts';
import { StoreSession } from '../../src/engine/store/session.ts';

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

/** Lets another process publish to a store: until the returned function is called, others wait before they remove anything. */
export function publisherAt({ directory }: LocalStore): () => void {
  const session = new StoreSession(new Layout(directory), { process: thisProcess(), clock: systemClock });
  onTestFinished(() => session.close());
  return session.markPublishing();
}
