// Copies into `dist/vendor` what pipe needs from packages that it does not depend on: see docs/decisions/0011-installed-anywhere.md.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../vendor/node_modules/esbuild/lib/main.js';
import { replaceFile } from './replace-file.mjs';

const wasm = 'wasm-out/tfjs-backend-wasm-threaded-simd';

/** Files that are copied unchanged: compiled on the user's machine, started by their path, or separate programs. */
const copies = {
  'vendor/node_modules/@tensorflow/tfjs-node-gpu/binding': 'tfjs/binding',
  'node_modules/node-api-headers/include': 'tfjs/node-api',
  [`node_modules/@tensorflow/tfjs-backend-wasm/${wasm}.js`]: 'tfjs/wasm/module.js',
  [`node_modules/@tensorflow/tfjs-backend-wasm/${wasm}.wasm`]: 'tfjs/wasm/module.wasm',
  [`node_modules/@tensorflow/tfjs-backend-wasm/${wasm}.worker.js`]: 'tfjs/wasm/worker.js',
  // esbuild refuses to be bundled, and finds its binary, a separate package, from a file of this name.
  'vendor/node_modules/esbuild/lib/main.js': 'esbuild/lib/main.js',
};

/** TensorFlow.js in files that are loaded one by one: its core, and what each backend adds to it. */
const bundles = {
  // tfjs-node is compiled to ES5, where the constructor of a base class is called without `new`.
  core: `
    import { KernelBackend as Base } from '@tensorflow/tfjs-core';
    export * from '@tensorflow/tfjs-core';
    export function KernelBackend() {}
    KernelBackend.prototype = Base.prototype;
    import '@tensorflow/tfjs-core/dist/register_all_gradients';
    import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';`,
  node: `
    export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
    export * as messages from '@tensorflow/tfjs-node-gpu/dist/proto/api_pb';
    import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';`,
  wasm: `export * from '@tensorflow/tfjs-backend-wasm';`,
  javascript: `import '@tensorflow/tfjs-backend-cpu';`,
};

/** What the backends import as TensorFlow.js: one core for all. tfjs-node asks for the union package, of which it needs no more. */
const core = './core.cjs';

/** Fills `folder`, of which programs may be running; returns the files, relative to the root, that parts were taken of. */
export async function takeIn(folder) {
  const copied = Object.entries(copies).map(([from, to]) => copy(from, join(folder, to)));
  await replaceFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  const bundled = Object.keys(bundles).map((name) => bundle(name, join(folder, 'tfjs', `${name}.cjs`)));
  return (await Promise.all([...copied, ...bundled])).flat();
}

async function copy(from, to) {
  const names = (await stat(from)).isDirectory() ? await readdir(from) : [''];
  for (const name of names) await replaceFile(join(to, name), await readFile(join(from, name)));
  return names.map((name) => join(from, name));
}

async function bundle(name, outfile) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: bundles[name], resolveDir: 'vendor', sourcefile: `${name}.js` },
    outfile,
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    // Core's ways to load models from the network, which nothing here does.
    external: ['node-fetch', core],
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    logLevel: 'warning',
    ...(name !== 'core' && { alias: { '@tensorflow/tfjs': core, '@tensorflow/tfjs-core': core } }),
  });
  await replaceFile(outfile, outputFiles[0].contents);
  return Object.keys(metafile.inputs);
}
