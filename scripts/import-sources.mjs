import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '#esbuild';

/** Bundles TypeScript sources for a script, and imports what they export. @param entry `entryPoints` or `stdin` of esbuild. */
export async function importSources(entry) {
  // Below node_modules, so that the bundle finds the packages it imports.
  const draft = await mkdtemp(join('node_modules', '.pipe-script-'));
  try {
    const outfile = join(draft, 'sources.mjs');
    await build({
      ...entry,
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'warning',
    });
    return await import(join(process.cwd(), outfile));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
