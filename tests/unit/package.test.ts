import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import vendored from '../../vendor/package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('what the package depends on', () => {
  test('nothing runs when it is installed, here or by a user', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const packages = Object.entries(lock.packages);
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
    expect(Object.keys(manifest.scripts).filter((name) => /^((pre|post)?install|prepare)$/u.test(name))).toEqual([]);
  });

  test('the packages of esbuild are of the version that is taken in', () => {
    const versions = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('@esbuild/'));
    expect(versions.length).toBeGreaterThan(0);
    for (const [, version] of versions) expect(version).toBe(vendored.dependencies.esbuild);
  });

  test('dist holds TensorFlow.js without its layers, converters and data loaders, and everybody gets their licence', () => {
    const licences = readFileSync(join(root, 'dist/licences.txt'), 'utf8');
    const named = [...licences.matchAll(/^(\S+) \d[\w.+-]* \(/gmu)].map(([, name]) => name!);
    expect(named.filter((name) => /tensorflow/u.test(name))).toEqual([
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-node-gpu',
    ]);
    expect(named).toEqual(expect.arrayContaining(['ajv', 'esbuild', 'google-protobuf', 'node-api-headers', 'yaml']));
  });
});

describe('the tarball', () => {
  let files: readonly string[];
  beforeAll(() => {
    // Its list of what is built here; `npm run test:install` packs and installs one.
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const [tarball] = JSON.parse(listed) as { files: { path: string }[] }[];
    files = tarball!.files.map(({ path }) => path);
  });

  test('holds what is needed to run, and nothing else', () => {
    const committed = execFileSync('git', ['ls-files', 'bin', 'docs', 'pipelines'], { cwd: root, encoding: 'utf8' });
    const code = readdirSync(join(root, 'node_modules/node-api-headers/include')).map(
      (name) => `tfjs/node-api/${name}`,
    );
    const binding = readdirSync(join(root, 'vendor/node_modules/@tensorflow/tfjs-node-gpu/binding'));
    const vendor = [
      'esbuild/lib/main.js',
      'package.json',
      ...['core', 'javascript', 'node', 'wasm'].map((name) => `tfjs/${name}.cjs`),
      ...['module.js', 'module.wasm', 'worker.js'].map((name) => `tfjs/wasm/${name}`),
      ...binding.map((name) => `tfjs/binding/${name}`),
      ...code,
    ];
    const expected = [
      ...committed.trim().split('\n'),
      ...vendor.map((name) => `dist/vendor/${name}`),
      ...['code-cache.cjs', 'index.mjs', 'licences.txt', 'pipe.cjs', 'pipe.code'].map((name) => `dist/${name}`),
      ...['corruption-worker', 'figure-worker', 'report', 'stage-worker', 'view-worker'].map(
        (name) => `dist/${name}.mjs`,
      ),
      ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'artifacts/README.md', 'package.json'],
    ];
    // Parts that the bundler and the compiler name.
    const named = /^dist\/([\w.-]+-[A-Z0-9]{8}\.mjs|types\/.*\.d\.ts|types\/package\.json)$/u;
    expect(files.filter((path) => !named.test(path)).sort()).toEqual(expected.sort());
    expect(files).toContain('dist/types/index.d.ts');
  });

  test('has every file that its documents link to', () => {
    const links = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/\]\((?<to>[^)#:]+)(?:#[^)]*)?\)/gu)].map(({ groups }) => ({
          from: path,
          to: posix.join(dirname(path), groups!['to']!),
        })),
      );
    expect(links.length).toBeGreaterThan(20);
    const isThere = (to: string) => files.some((path) => path === to || path.startsWith(`${to}/`));
    expect(links.filter(({ to }) => !isThere(to))).toEqual([]);
  });
});
