// Guards the versions of the built-in kinds of stage. `tests/unit/stages/versions.json` has the version of each kind and a digest of all code that it
// computes with: the modules of which the bundler keeps something in the kind's program, in the programs of its threads, and in the backend.
// Where that code has changed, either the kind's version was raised, or somebody says that its outputs keep their bytes:
//   versions.mjs                      writes the file, if every kind whose code changed has another version
//   versions.mjs --same-bytes [kind…] writes it, for these kinds (all, if none is named) without another version
//   versions.mjs --check              writes nothing, and fails if it would change. Last, always: --file FILE for another file.
//   versions.mjs --with FILE          prints the kinds that compute with a source file or a package, and writes nothing; may be repeated.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, transform } from '#esbuild';
import { programs } from './programs.mjs';

const common = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'warning' };

/** The backend that a stage requests is a service, not an import of its program. */
const service = {
  call: 'services.backend()',
  entries: ['src/compute/open.ts', 'src/compute/setup/wheels.ts'],
  packages: /^@tensorflow\//u,
};

/** The only module that starts threads for kinds. The modules that use it name the program, as `programs` does. */
const threads = { call: /\bnew Worker\(|\bfork\(/u, file: 'src/data/threads/work.ts' };

/** Programs that compute no outputs, with the reason. Every other one has to be that of a kind's threads. */
const elsewhere = {
  'stage-worker': 'starts the programs of kinds, and passes on what they report',
  report: 'writes for readers',
  'figure-worker': 'draws for readers',
  index: 'is for modules of users, which have digests of their own',
};

/** Code that changes no bytes of outputs, with the reason. */
const ignored = {
  'src/problem/': 'words errors and notices',
  'src/download/': 'downloads files whose digests the caller pins',
  'src/compute/setup/cache-error.ts': 'words an error',
  'src/compute/setup/executable.ts': 'finds and starts compilers and pip',
  'src/compute/setup/gpu.ts': 'looks for GPUs; the device is in the provenance',
  'src/compute/setup/installed-files.ts': 'lists what is installed',
  'src/compute/setup/links.ts': 'names the libraries that wheels.ts chose for the loader',
  'src/compute/setup/manifest.ts': 'compares what is installed with what was',
  'src/compute/setup/obtain.ts': 'downloads wheels, whose digests wheels.json pins',
  'src/compute/setup/pip.ts': 'downloads wheels, whose digests wheels.json pins',
  'src/compute/setup/platform.ts': 'describes the machine, which is in the provenance',
  'src/compute/setup/possible.ts': 'refuses machines without TensorFlow',
  'src/compute/setup/probe.ts': 'refuses machines without a usable GPU',
  'src/compute/setup/registry.ts': 'finds the addresses of wheels',
  'src/compute/setup/trust.ts': 'refuses folders of other users',
  'vendor/package.json': 'lists packages, each of which counts by its version',
};

const { values: options, positionals } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    'same-bytes': { type: 'boolean', default: false },
    with: { type: 'string', multiple: true },
    file: { type: 'string', default: 'tests/unit/stages/versions.json' },
  },
  allowPositionals: true,
});

const recorded = existsSync(options.file)
  ? JSON.parse(await readFile(options.file, 'utf8'))
  : { kinds: {}, sources: {} };
const packages = await declaredPackages();
const kinds = await builtinKinds();
const threadPrograms = Object.fromEntries(Object.entries(programs).filter(([name]) => !(name in elsewhere)));
const modules = await modulesOf([
  ...kinds.map(({ uses }) => programOf(uses)),
  ...service.entries,
  ...Object.values(threadPrograms),
]);
const codes = await codesOf([...new Set([...modules.values()].flat())].filter((path) => existsSync(path)));
const closures = new Map(kinds.map(({ uses }) => [uses, closureOf(uses)]));
const paths = [...new Set([...closures.values()].flat())].sort();
checkThreads();
const sources = Object.fromEntries(paths.map((path) => [path, digestOf(path)]));
const found = { kinds: Object.fromEntries(kinds.map(describeKind)), sources };

if (options.with !== undefined) {
  for (const path of options.with) {
    const names = kinds.map(({ uses }) => uses).filter((uses) => closures.get(uses).includes(path));
    console.log([`${path}:`, ...names].join(' '));
  }
  process.exit();
}
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

/** For each entry point the modules of which its bundle keeps something, and the packages that these import. */
async function modulesOf(entryPoints) {
  const { metafile } = await build({
    ...common,
    entryPoints,
    outdir: 'unwritten',
    write: false,
    metafile: true,
    plugins: [{ name: 'without-unused', setup: withoutUnused }],
    // Such an import would be lost.
    logOverride: { 'ignored-bare-import': 'error' },
  });
  return new Map(
    Object.values(metafile.outputs).map(({ entryPoint, inputs, imports }) => [
      entryPoint,
      [
        ...Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
        ...imports
          .map(({ path }) => path)
          .filter((path) => !path.startsWith('node:') && !path.startsWith('.'))
          .map(packageOf),
      ],
    ]),
  );
}

/** Drops a module of which nothing is used, with all that it imports; and what is ignored. */
function withoutUnused({ onResolve }) {
  onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
    if (kind === 'entry-point') return undefined;
    const found = resolve(resolveDir, path);
    const name = relative('.', found);
    const isIgnored = Object.keys(ignored).some(
      (each) => name === each || (each.endsWith('/') && name.startsWith(each)),
    );
    return { path: isIgnored ? path : found, external: isIgnored, sideEffects: false };
  });
}

/** The code of files without types, comments and white space. */
async function codesOf(files) {
  const code = async (path) => {
    const { code } = await transform(await readFile(path, 'utf8'), {
      loader: path.endsWith('.json') ? 'json' : 'ts',
      minifyWhitespace: true,
      legalComments: 'none',
    });
    return code;
  };
  return new Map(await Promise.all(files.map(async (path) => [path, await code(path)])));
}

/** Every file of which a kind's program, its threads or its backend use something, and packages by name; sorted. */
function closureOf(uses) {
  const seen = new Set();
  const entries = new Set([programOf(uses)]);
  for (const entry of entries) {
    for (const path of modules.get(entry)) {
      seen.add(path);
      const code = codes.get(path) ?? '';
      for (const [name, program] of Object.entries(threadPrograms))
        if (code.includes(`"${name}"`)) entries.add(program);
      if (!code.includes(service.call)) continue;
      for (const each of service.entries) entries.add(each);
      for (const name of Object.keys(packages)) if (service.packages.test(name)) seen.add(name);
    }
  }
  return [...seen].sort();
}

/** @throws Error if a kind may start a thread whose program is unknown here. */
function checkThreads() {
  const unknown = paths.filter((path) => path !== threads.file && threads.call.test(codes.get(path)));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} starts threads without ${threads.file}`);
  const unused = Object.entries(threadPrograms).filter(([, program]) => !paths.includes(program));
  if (unused.length === 0) return;
  throw new Error(
    `no kind starts ${unused.map(([name]) => name).join(', ')}: list it under \`elsewhere\` in scripts/versions.mjs, with the reason`,
  );
}

function packageOf(imported) {
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
}

/** Of a file's code; of a package, its version. */
function digestOf(path) {
  return codes.has(path) ? digest(codes.get(path)) : (packages[path] ?? 'not a dependency');
}

function describeKind({ uses, version }) {
  const lines = closures.get(uses).map((path) => `${path} ${sources[path]}\n`);
  return [uses, { version, digest: digest(lines.join('')) }];
}

function complaint(uses, version) {
  const differing = closures.get(uses).filter((path) => recorded.sources[path] !== sources[path]);
  const named = differing.slice(0, 5).join(', ') || 'files that are no longer part of it';
  const what = differing.length > 5 ? `${named} and ${differing.length - 5} more` : named;
  return `${uses} has version ${version}, but computes with other code than it was recorded with: ${what}`;
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
