// Bundles the bench beside the command, whose worker threads it uses, and runs it.
import { build } from 'esbuild';

await build({
  entryPoints: { bench: 'bench/main.ts', 'bench-worker': 'bench/worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
});

await import('../dist/bench.mjs');
