import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory that belongs to the calling test file and is removed after its last test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
