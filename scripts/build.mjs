// Bundles the command and its worker processes, one file each, so that starting costs one read.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

export const entries = {
  pipe: 'src/cli/main.ts',
  'stage-worker': 'src/workers/stage-worker.ts',
  'view-worker': 'src/data/views/view-worker.ts',
  index: 'src/index.ts',
};

const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

await build({
  entryPoints: present,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
});
