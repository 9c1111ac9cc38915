// Bundles a bench next to the command, whose worker threads it uses, and runs it: `bench.mjs main` or `bench.mjs engine/main`.
import { build } from '#esbuild';
import { replaceFile } from './replace-file.mjs';

const [name] = process.argv.splice(2, 1);
const program = `bench-${name.replaceAll('/', '-')}`;

const { outputFiles } = await build({
  entryPoints: { [program]: `bench/${name}.ts`, 'bench-worker': 'bench/worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
  write: false,
});
// Another bench may start meanwhile, and reads whole files.
for (const { path, contents } of outputFiles) await replaceFile(path, contents);

await import(`../dist/${program}.mjs`);
