// Guards the versions of the built-in kinds of stage. `tests/unit/stages/versions.json` has the version of each kind and a digest of all code that it
// computes with, as the bundler lists it. Where that code has changed, either the kind's version was raised, or somebody says that its outputs
// keep their bytes:
//   versions.mjs                      writes the file, if every kind whose code changed has another version
//   versions.mjs --same-bytes [kind…] writes it, for these kinds (all, if none is named) without another version
//   versions.mjs --check              writes nothing, and fails if it would change. Last, always: --file FILE for another file.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, transform } from '#esbuild';

const common = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'warning' };

/** The backend that a stage requests is a service, not an import of its program. */
const service = {
  call: 'services.backend()',
  entries: ['src/compute/open.ts', 'src/compute/setup/wheels.ts'],
  packages: /^@tensorflow\//u,
};

/** Code that prints, checks documents, names results, or downloads files with a pinned digest changes no bytes. */
const ignored = /^src\/(problem|json|schema|engine|download)\/|^src\/compute\/setup\/(?!wheels)/u;

const { values: options, positionals } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    'same-bytes': { type: 'boolean', default: false },
    file: { type: 'string', default: 'tests/unit/stages/versions.json' },
  },
  allowPositionals: true,
});

const recorded = existsSync(options.file)
  ? JSON.parse(await readFile(options.file, 'utf8'))
  : { kinds: {}, sources: {} };
const packages = await declaredPackages();
const kinds = await builtinKinds();
const { inputs } = await bundleOf([...kinds.map(({ uses }) => programOf(uses)), ...service.entries]);
const texts = await textsOf(Object.keys(inputs));
const sources = Object.fromEntries(
  await Promise.all(
    [...new Set(kinds.flatMap(({ uses }) => closureOf(uses)))].sort().map(async (path) => [path, await digestOf(path)]),
  ),
);
const found = { kinds: Object.fromEntries(kinds.map(describeKind)), sources };

const changed = kinds.filter(({ uses }) => recorded.kinds[uses]?.digest !== found.kinds[uses].digest);
const refused = changed.filter(({ uses, version }) => {
  const isSaidToKeepBytes = options['same-bytes'] && (positionals.length === 0 || positionals.includes(uses));
  return recorded.kinds[uses]?.version === version && !isSaidToKeepBytes;
});
if (refused.length > 0) {
  for (const { uses, version } of refused) console.error(complaint(uses, version));
  console.error(
    'Where the bytes of its outputs can change, raise the `version` in its kind.ts, and run `npm run versions`.\n' +
      'Where they cannot, run `npm run versions -- --same-bytes`, and say why in the commit.',
  );
  process.exit(1);
}
const text = `${JSON.stringify(found, null, 2)}\n`;
if (!options.check) await writeFile(options.file, text);
else if (JSON.stringify(recorded) !== JSON.stringify(found)) {
  console.error(`${options.file} is not up to date: run \`npm run versions\``);
  process.exit(1);
}

/** The exact versions of all packages, including those that are bundled or copied into `dist`. */
async function declaredPackages() {
  const files = await Promise.all(['package.json', 'vendor/package.json'].map((path) => readFile(path, 'utf8')));
  return Object.assign({}, ...files.map(JSON.parse).flatMap((each) => [each.devDependencies, each.dependencies]));
}

/** Uses and version of every kind, from the catalogue itself. */
async function builtinKinds() {
  // Below node_modules, so that the bundle finds the packages it imports.
  const draft = await mkdtemp(join('node_modules', '.pipe-versions-'));
  try {
    const outfile = join(draft, 'catalogue.mjs');
    await build({ ...common, entryPoints: ['src/stages/catalogue.ts'], outfile });
    const { builtinDefinitions } = await import(join(process.cwd(), outfile));
    return builtinDefinitions({}).map(({ uses, version }) => ({ uses, version }));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The computation of a kind begins here. */
function programOf(uses) {
  return `src/stages/${uses}/stage.ts`;
}

async function bundleOf(entryPoints) {
  const { metafile } = await build({
    ...common,
    entryPoints,
    outdir: 'unwritten',
    write: false,
    splitting: true,
    metafile: true,
  });
  return metafile;
}

async function textsOf(paths) {
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
}

/** Every file that a kind's program imports, however indirectly, and packages by name; sorted. */
function closureOf(uses) {
  const seen = new Set();
  const waiting = [programOf(uses)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || path.startsWith('node:') || ignored.test(path)) continue;
    seen.add(path);
    if (texts.get(path)?.includes(service.call)) {
      waiting.push(...service.entries, ...Object.keys(packages).filter((name) => service.packages.test(name)));
    }
    for (const { path: imported, external } of inputs[path]?.imports ?? [])
      waiting.push(external ? packageOf(imported) : imported);
  }
  return [...seen].sort();
}

function packageOf(imported) {
  if (imported.startsWith('node:')) return imported;
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
}

/** Of a file's code without comments and white space; of a package, its version. */
async function digestOf(path) {
  if (!path.startsWith('src/')) return packages[path] ?? 'not a dependency';
  const { code } = await transform(texts.get(path), {
    loader: path.endsWith('.json') ? 'json' : 'ts',
    minifyWhitespace: true,
    legalComments: 'none',
  });
  return digest(code);
}

function describeKind({ uses, version }) {
  const lines = closureOf(uses).map((path) => `${path} ${sources[path]}\n`);
  return [uses, { version, digest: digest(lines.join('')) }];
}

function complaint(uses, version) {
  const differing = closureOf(uses).filter((path) => recorded.sources[path] !== sources[path]);
  const named = differing.slice(0, 5).join(', ') || 'files that are no longer part of it';
  const what = differing.length > 5 ? `${named} and ${differing.length - 5} more` : named;
  return `${uses} has version ${version}, but computes with other code than it was recorded with: ${what}`;
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
