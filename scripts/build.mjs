// Bundles the command line and its worker programs with all their imports, so that starting reads a few files, not hundreds.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../vendor/node_modules/esbuild/lib/main.js';
import { lazyFunction } from './lazy-function.mjs';
import { licences } from './licences.mjs';
import { programs } from './programs.mjs';
import { replaceFile } from './replace-file.mjs';
import { takeIn } from './vendor.mjs';

const output = 'dist';
const manifest = JSON.parse(await readFile('package.json', 'utf8'));

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // In `dist/vendor`, found through the `imports` of package.json; and what users install with this package.
  external: ['#esbuild', '#tfjs/*', ...Object.keys(manifest.dependencies)],
  define: { PIPE_SOURCE_DIGEST: JSON.stringify(await sourceDigest()) },
  // Emoji and graphemes: reading ICU's tables for them took a tenth of a run that reuses everything and prints ASCII.
  plugins: [lazyFunction('string-width')],
  sourcemap: 'linked',
  logLevel: 'warning',
};

const taken = takeIn(join(output, 'vendor'));
const { metafile } = await build({
  ...common,
  entryPoints: programs,
  // Fonts and WebAssembly for pictures.
  loader: { '.ttf': 'binary', '.wasm': 'binary' },
  outdir: output,
  outExtension: { '.js': '.mjs' },
  splitting: true,
  format: 'esm',
  // Bundled CommonJS packages load Node's own modules with `require`.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  metafile: true,
});
await removeStale(new Set(Object.keys(metafile.outputs)));
const sources = [...Object.keys(metafile.inputs), ...(await buildCommandLine()), ...(await taken)];
await replaceFile(join(output, 'licences.txt'), licences(sources));
execFileSync('node_modules/.bin/tsc', ['--project', 'tsconfig.types.json'], { stdio: 'inherit' });
// Both kinds of modules may use these types: before 5.8, TypeScript let CommonJS modules import from no other kind, and every Node that pipe
// supports lets them.
await replaceFile(join(output, 'types/package.json'), '{ "type": "commonjs" }\n');

/**
 * One CommonJS file, a function of `require`, its own path, and a function that imports modules: unlike ES modules, Node 20 can compile it
 * ahead (`bin/bundle.cjs`). In ASCII and minified, because it is read at every start.
 */
async function buildCommandLine() {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: join(output, 'pipe.cjs'),
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    define: { ...common.define, 'import.meta.url': 'urlOfThisFile' },
    banner: {
      js: "(function (require, filename, importModule) { 'use strict'; const module = { exports: {} }, urlOfThisFile = require('node:url').pathToFileURL(filename).href;",
    },
    footer: { js: '})' },
    write: false,
    metafile: true,
  });
  for (const { path, contents } of outputFiles) {
    await replaceFile(path, path.endsWith('.cjs') ? named(asciiOf(path, contents)) : contents);
  }
  const { outputFiles: cacheFiles } = await build({
    ...common,
    entryPoints: ['src/cli/code-cache.ts'],
    outfile: join(output, 'code-cache.cjs'),
    format: 'cjs',
    sourcemap: false,
    write: false,
  });
  for (const { path, contents } of cacheFiles) await replaceFile(path, contents);
  execFileSync(process.execPath, [fileURLToPath(new URL('compile.cjs', import.meta.url)), output], {
    stdio: 'inherit',
  });
  return Object.keys(metafile.inputs);
}

/**
 * The text of a bundle that is read as Latin-1. esbuild escapes all that is not ASCII but in templates with a tag, which would come out
 * mangled: that ends the build.
 */
function asciiOf(path, contents) {
  const at = contents.findIndex((byte) => byte > 0x7f);
  if (at === -1) return Buffer.from(contents).toString('latin1');
  const around = Buffer.from(contents.subarray(Math.max(0, at - 60), at + 20)).toString();
  throw new Error(`${path} is not ASCII at byte ${at}, a template with a tag has such a sign: ${around}`);
}

/** The code after a comment with its digest. Imports at run time go through the given function. */
function named(text) {
  const code = text.replaceAll(/\bimport\(/gu, 'importModule(');
  return `/*${createHash('sha256').update(code).digest('hex')}*/${code}`;
}

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

/** Removes leftovers of earlier builds, except those from the last hour, which a running `pipe` may still load. */
async function removeStale(current) {
  const hour = 3_600_000;
  for (const name of await readdir(output)) {
    if (!/\.mjs(\.map)?$/u.test(name)) continue;
    const path = join(output, name);
    if (!current.has(path) && Date.now() - (await stat(path)).mtimeMs > hour) await rm(path);
  }
}
