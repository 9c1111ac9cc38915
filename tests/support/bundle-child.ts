import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '#esbuild';

/** Bundles a TypeScript program of tests/support to one file that Node runs; `remove` when done with it. */
export async function bundleChild(name: string): Promise<{ readonly file: string; readonly remove: () => void }> {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-child-'));
  const file = join(directory, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
