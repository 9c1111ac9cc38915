// Bundles the command and its worker processes with all they import, so that starting reads a few files, not hundreds.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const output = 'dist';

/** Packages that are found by their folder, bring native code, or are loaded only to compute. */
const external = ['@tensorflow/*', 'esbuild', 'node-api-headers'];

const { metafile } = await build({
  entryPoints: {
    pipe: 'src/cli/main.ts',
    'stage-worker': 'src/workers/stage-worker.ts',
    'view-worker': 'src/data/views/view-worker.ts',
    index: 'src/index.ts',
  },
  outdir: output,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external,
  // Bundled CommonJS packages ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  define: { PIPE_SOURCE_DIGEST: JSON.stringify(await sourceDigest()) },
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning',
});
await removeStale(new Set(Object.keys(metafile.outputs)));

/** A digest of everything the bundle is made of, by which it tells what another version of it has kept. */
async function sourceDigest() {
  const hash = createHash('sha256');
  const sources = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  for (const file of [...sources.map((name) => join('src', name)), 'package-lock.json']) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(file));
  }
  return hash.digest('hex');
}

/** Removes what earlier builds left; not what is from the last hour, which a `pipe` that runs may yet load. */
async function removeStale(current) {
  const hour = 3_600_000;
  for (const name of await readdir(output)) {
    if (!/\.mjs(\.map)?$/u.test(name)) continue;
    const path = join(output, name);
    if (!current.has(path) && Date.now() - (await stat(path)).mtimeMs > hour) await rm(path);
  }
}
