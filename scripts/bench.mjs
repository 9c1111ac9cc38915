// Bundles a bench next to the command, whose worker threads it uses, and runs it: `bench.mjs main` or `bench.mjs engine/main`.
import { build } from '#esbuild';

const [name] = process.argv.splice(2, 1);

await build({
  entryPoints: { bench: `bench/${name}.ts`, 'bench-worker': 'bench/worker.ts' },
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
