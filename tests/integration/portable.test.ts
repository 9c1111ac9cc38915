import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tinyCompiler } from '../support/tiny-tensorflow.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = temporaryDirectory();
const pipeline = 'pipelines/consistency.yaml';
const tiny = ['--overlay', 'tests/fixtures/tiny.yaml'];
/** Over `quick.yaml`, which `npm start` begins with. */
const tinyQuick = [...tiny, '--set', 'params.views.padding=0', '--json'];

/** Nothing of the user's environment that could name a compiler, a Python, a cache or a backend. */
const bare = {
  ...{ PATH: '', HOME: directory },
  ...{ PIPE_CACHE_DIR: undefined, XDG_CACHE_HOME: undefined, PIPE_BACKEND: undefined, CXX: undefined },
};

/** The digest of every output of the stages that ran, by stage and name, from `--json`. */
function digests({ code, stdout, stderr }: Outcome): Readonly<Record<string, string>> {
  expect(code, stderr).toBe(0);
  const { stages } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
    stages: { id: string; state: string; outputs: Record<string, { digest: string }> }[];
  };
  expect(new Set(stages.map(({ state }) => state))).toEqual(new Set(['ran']));
  return Object.fromEntries(
    stages.flatMap(({ id, outputs }) =>
      Object.entries(outputs).map(([name, { digest }]) => [`${id}.${name}`, digest] as const),
    ),
  );
}

/** The lines that report that WebAssembly computes. */
function notices({ stderr }: Outcome): readonly string[] {
  return stderr.split('\n').filter((line) => line.includes('WebAssembly, several times slower'));
}

/** `npm start` in a new checkout with its packages, an empty home, and a PATH with only node, npm and sh. */
async function npmStart(...options: string[]): Promise<Outcome> {
  const checkout = join(directory, 'checkout');
  for (const name of [
    'bin',
    'package.json',
    'package-lock.json',
    'pipelines',
    'scripts',
    'src',
    'tests/fixtures',
    'tsconfig.json',
    'tsconfig.types.json',
    'vendor/package.json',
  ]) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  for (const packages of ['node_modules', 'vendor/node_modules'])
    symlinkSync(join(root, packages), join(checkout, packages));
  const programs = join(directory, 'programs');
  mkdirSync(programs);
  const npm = realpathSync(process.env['npm_execpath'] ?? join(dirname(process.execPath), 'npm'));
  for (const [name, target] of [
    ['node', process.execPath],
    ['npm', npm],
    ['sh', '/bin/sh'],
  ] as const) {
    symlinkSync(target, join(programs, name));
  }
  const child = spawn(process.execPath, [npm, 'start', '--', ...options], {
    cwd: checkout,
    env: { PATH: programs, HOME: directory, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: string[][] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out!.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err!.push(text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: out!.join(''), stderr: err!.join('') };
}

describe('without a compiler, Python, and anything set up', () => {
  let started: Outcome;
  beforeAll(async () => {
    started = await npmStart(...tinyQuick);
  });

  test('npm start runs the whole pipeline, and says in one line on what, and how to get TensorFlow', () => {
    expect(Object.keys(digests(started))).toContain('student.weights');
    expect(notices(started)).toEqual([
      expect.stringMatching(/: no C\+\+ compiler found \(.*apt-get install g\+\+|native TensorFlow is set up on Linux/),
    ]);
  });

  test('asked for, WebAssembly says nothing, and makes the same bytes again, with another number of threads', async () => {
    const store = ['--artifacts', join(directory, 'asked-for')];
    const quick = ['run', pipeline, '--overlay', 'pipelines/overlays/quick.yaml', ...tinyQuick];
    const environment = { TF_NUM_INTRAOP_THREADS: '1' };
    const again = await pipe([...quick, ...store, '--backend', 'wasm'], { environment });
    expect(digests(again)).toEqual(digests(started));
    expect(notices(again)).toEqual([]);
  });
});

describe('with a compiler, and an index that does not answer', () => {
  const environment = {
    ...bare,
    ...{ CXX: tinyCompiler(directory), PIP_INDEX_URL: 'http://127.0.0.1:9/simple', TF_NUM_INTRAOP_THREADS: '1' },
  };
  const run = (name: string, ...options: string[]) =>
    pipe(['run', pipeline, ...tiny, '--target', 'teacher', '--artifacts', join(directory, name), ...options], {
      environment,
    });

  test('WebAssembly takes over, with the reason in one line', async () => {
    const outcome = await run('unreachable', '--yes');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(notices(outcome)).toEqual([expect.stringMatching(/: the Python package index http:\S+ cannot be used/)]);
  });

  test('TensorFlow that was asked for is not replaced', async () => {
    const outcome = await run('insisted', '--yes', '--backend', 'tensorflow');
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain('cannot be used');
    expect(notices(outcome)).toEqual([]);
  });
});
