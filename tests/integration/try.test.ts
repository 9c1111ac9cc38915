import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let directory: string;

const uses = 'shell';
const pipeline = {
  name: 'p',
  params: { to: 'third', status: 0 },
  stages: {
    first: { uses, with: { command: 'echo one > o', outputs: { o: 'o' } } },
    second: {
      uses,
      needs: { in: 'first.o' },
      with: {
        command:
          'cat in; printf "for ${params.to} %s" "$TOKEN"; cp in o; echo \'{"loss": 0.5}\' > m.json; exit ${params.status}',
        inputs: { in: 'in' },
        outputs: { o: 'o' },
        secrets: ['TOKEN'],
        metrics: { file: 'm.json' },
      },
    },
    third: { uses: './module.mjs', needs: { in: 'second.o' } },
  },
};

const module = `export default {
  summary: 'Copies.', schema: { type: 'object' }, inputs: { in: { summary: 'Any.' } },
  outputs: { o: { file: 'o', summary: 'The same.' } },
  async run({ inputs, outputs }) {
    console.log('module speaks');
    (await import('node:fs')).copyFileSync(inputs.in, outputs.o);
    return { metrics: { words: 1 } };
  },
};
`;

const environment = { TOKEN: 'open sesame' };
const typed = (...words: string[]) => pipe(words, { directory, environment });

/** Every file of the store except those of sessions, and the digests that it remembers of files once they are old enough. */
const stored = () =>
  readdirSync(join(directory, 'artifacts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(directory, 'artifacts', 'states')))
    .sort();

beforeEach(() => {
  directory = temporaryDirectory();
  writeFileSync(join(directory, 'p.yaml'), JSON.stringify(pipeline));
  writeFileSync(join(directory, 'module.mjs'), module);
});

test('runs one stage again, shows what it says and writes, and keeps nothing', async () => {
  expect((await typed('run', 'p.yaml')).code).toBe(0);
  const before = stored();
  const { code, stdout } = await typed('try', 'second', '--set', 'params.to=trial');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^one\nfor trial \*\*\*\nsecond: done in \S+; nothing is kept\n {2}o {2}4 B {2}sha256 \w{12}\n {2}loss: 0.5\n$/u,
  );
  expect(stored()).toEqual(before);
  expect((await typed('run', 'p.yaml', '--frozen')).code).toBe(0);
});

test('of a module, too; with --json the answer alone is on standard output', async () => {
  expect((await typed('run', 'p.yaml')).code).toBe(0);
  const { code, stdout, stderr } = await typed('try', 'third', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('module speaks\n') });
  expect(JSON.parse(stdout)).toMatchObject({ stage: 'third', metrics: { words: 1 }, outputs: { o: { bytes: 4 } } });
});

test('a failure prints what the stage said, with exit code 1, and its folder is not kept', async () => {
  expect((await typed('run', 'p.yaml')).code).toBe(0);
  const { code, stdout, stderr } = await typed('try', 'second', '--set', 'params.status=3');
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'one\nfor third ***' });
  expect(stderr).toContain('second failed: the command ended with exit code 3');
  expect(stderr).not.toContain('its folder is kept');
  expect(existsSync(join(directory, 'artifacts', 'failed'))).toBe(false);
});

test('before any run, a stage without inputs can be tried, and one with inputs says which result is missing', async () => {
  expect(await typed('try', 'p.yaml', 'first')).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining('error'),
  });
  const { code, stderr } = await typed('try', 'p.yaml', 'second');
  expect(code).toBe(1);
  expect(stderr).toContain('it reads first, which has no complete result');
});

test('a secret that is not set is a warning in all commands that run a stage or open its folder', async () => {
  expect((await typed('run', 'p.yaml', '--sweep', 'params.to=a,b')).code).toBe(0);
  const unset = { directory, environment: { TOKEN: '' } };
  const words =
    'second{to=a}: the secret TOKEN is not set; the key does not depend on it, so a result counts as if it were\n';
  for (const line of [
    ['try', 'second{to=a}'],
    ['verify', '--rerun', 'second{to=a}'],
    ['shell', 'second{to=a}', '--command', 'true'],
  ]) {
    const { code, stderr } = await pipe(line, unset);
    expect({ code, stderr }, line.join(' ')).toEqual({ code: 0, stderr: `warning: ${words}` });
  }
  const { stderr } = await pipe(['verify', '--rerun', 'second'], unset);
  expect(stderr.match(/^warning: second\{to=[ab]\}/gmu)).toEqual(['warning: second{to=a}', 'warning: second{to=b}']);
  expect((await typed('try', 'second{to=a}')).stderr).toBe('');
});

test('a name that stands for several variants is refused with its variants, exit code 2', async () => {
  expect((await typed('run', 'p.yaml', '--sweep', 'params.to=a,b')).code).toBe(0);
  const { code, stderr } = await typed('try', 'second');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /several variants of "second".*\n.*\n.*\n?.*name one of them: 'second\{to=a\}', 'second\{to=b\}'/u,
  );
  expect(await typed('try', 'second{to=b}')).toMatchObject({ code: 0, stdout: expect.stringContaining('for b') });
});

test.each([
  ['TF_NUM_INTRAOP_THREADS', 'abc'],
  ['TF_NUM_INTEROP_THREADS', '1000000000'],
  ['PIPE_XLA', '10000'],
  ['PIPE_BACKEND', 'webgl'],
])('with %s=%s, no stage is tried, run again or visited', async (name, value) => {
  expect((await typed('run', 'p.yaml')).code).toBe(0);
  for (const words of [
    ['try', 'second'],
    ['verify', '--rerun', 'second'],
    ['shell', 'second', '--command', 'cat in'],
  ]) {
    const { code, stdout, stderr } = await pipe(words, { directory, environment: { ...environment, [name]: value } });
    expect({ code, stdout }, words.join(' ')).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`${name} is "${value}"`);
  }
});
