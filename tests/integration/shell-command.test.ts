import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { containment } from '../../src/process/containment.ts';
import { pipe, startPipe } from '../support/pipe.ts';
import { processesWith } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const directory = temporaryDirectory();

const uses = 'shell';
const pipeline = {
  name: 'p',
  stages: {
    first: { uses, with: { command: 'echo one > o', outputs: { o: 'o' } } },
    second: {
      uses,
      cpus: 3,
      needs: { in: 'first.o' },
      with: {
        command: 'echo the command itself; exit 1',
        files: ['words.txt'],
        inputs: { in: 'data/in' },
        outputs: { o: 'out/o' },
        environment: { RATE: 0.5 },
        pass: ['PASSED'],
        secrets: ['TOKEN'],
      },
    },
    module: { uses: './module.mjs' },
  },
};

const module = `export default {
  summary: 'Writes.', schema: { type: 'object' }, inputs: {}, outputs: { o: { file: 'o', summary: 'Nothing.' } },
  async run({ outputs }) { (await import('node:fs')).writeFileSync(outputs.o, ''); },
};
`;

const environment = { TOKEN: 'open sesame', PASSED: 'as it is', UNDECLARED: 'unseen' };
const typed = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  pipe(words, { directory, environment: { ...environment, ...more } });
const inShell = (command: string) => typed(['shell', 'second', '--command', command]);

beforeAll(async () => {
  writeFileSync(join(directory, 'p.yaml'), JSON.stringify(pipeline));
  writeFileSync(join(directory, 'words.txt'), 'words\n');
  writeFileSync(join(directory, 'module.mjs'), module);
  expect((await typed(['run', 'p.yaml', '--keep-going'])).code).toBe(1);
});

test('finds what the command would find: files, inputs, folders of outputs, variables', async () => {
  const listed = await inShell('find . -type f | sort; ls -d out; cat data/in words.txt');
  expect(listed).toMatchObject({ code: 0, stdout: './data/in\n./words.txt\nout\none\nwords\n' });
  const { stdout } = await inShell(
    'env | cut -d= -f1 | grep -E "RATE|PASSED|TOKEN|OMP_NUM|PIPE_|UNDECL|PYTHON" | sort',
  );
  expect(stdout.split('\n').slice(0, -1)).toEqual([
    'OMP_NUM_THREADS',
    'PASSED',
    'PIPE_METRICS',
    'PIPE_STAGE',
    'PYTHONDONTWRITEBYTECODE',
    'PYTHONUNBUFFERED',
    'RATE',
    'TOKEN',
  ]);
});

test('the folder goes with the shell, and nothing that is stored can be changed from it', async () => {
  const { code, stdout } = await inShell('pwd; chmod u+w data/in; echo two > data/in; echo x > words.txt');
  expect(code).toBe(0);
  const folder = stdout.trim();
  expect(folder).toContain(join(directory, 'artifacts'));
  expect(existsSync(folder)).toBe(false);
  expect((await inShell('cat data/in words.txt')).stdout).toBe('one\nwords\n');
  expect((await typed(['verify'])).code).toBe(0);
  expect(readdirSync(join(directory, 'artifacts', 'failed'))).toHaveLength(1);
});

test('without --command it is $SHELL, told where it is and what would run', async () => {
  const own = join(directory, 'own-shell');
  writeFileSync(own, '#!/bin/sh\necho "$# words, term $TERM"; cat data/in\nexit 7\n');
  chmodSync(own, 0o755);
  const { code, stdout, stderr } = await typed(['shell', 'second'], { SHELL: own, TERM: 'dumb' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '0 words, term dumb\none\n' });
  expect(stderr).toMatch(/second would run here, in \/.*:\necho the command itself; exit 1\n/u);
});

test('a command that fails gives exit code 1', async () => {
  expect(await inShell('exit 4')).toMatchObject({ code: 1, stderr: expect.stringContaining('exit code 4') });
});

test('of a stage that runs no command it says what to do instead, exit code 2', async () => {
  const { code, stderr } = await typed(['shell', 'module']);
  expect(code).toBe(2);
  expect(stderr).toContain('module is not a command stage');
  expect(stderr).toContain('`pipe try` runs it');
});

test('what it has started ends with it, also when pipe is told to end', async (context) => {
  if (!(await containment(process.env)).namespace) context.skip('this system allows no process namespaces');
  const sleep = `sleep 7300.${process.pid}`;
  const begun = join(directory, 'begun');
  const command = `setsid ${sleep} & echo > ${begun}; ${sleep}`;
  const { child, outcome } = startPipe(['shell', 'second', '--command', command], { directory, environment });
  await until(() => (existsSync(begun) ? true : undefined));
  child.kill('SIGTERM');
  expect((await outcome).code).toBe(1);
  await until(() => (processesWith(sleep).length === 0 ? true : undefined));
});
