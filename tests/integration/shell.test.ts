import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const pipeline = `name: words
params: { separator: "-" }
stages:
  count:
    uses: shell
    with:
      command: cat texts/*.txt | wc -w > counts/total.txt
      files: ["texts/*.txt"]
      outputs: { total: counts/total.txt }
  join:
    uses: shell
    needs: { total: count.total }
    with:
      command: "mkdir out; echo \\"words$SEPARATOR$(cat total.txt)\\" > out/joined.txt"
      inputs: { total: total.txt }
      outputs: { joined: out/ }
      environment: { SEPARATOR: "\${params.separator}" }
`;

interface Summary {
  readonly ran: number;
  readonly stages: readonly {
    readonly id: string;
    readonly state: string;
    readonly outputs: Record<string, { path: string }>;
  }[];
}

async function run(...options: string[]) {
  const outcome = await pipe(['run', 'words.yaml', '--json', ...options], { directory });
  return { ...outcome, summary: () => JSON.parse(outcome.stdout) as Summary };
}

const ranIn = ({ stages }: Summary) => stages.filter(({ state }) => state === 'ran').map(({ id }) => id);

beforeAll(async () => {
  await mkdir(join(directory, 'texts'));
  await writeFile(join(directory, 'words.yaml'), pipeline);
  await writeFile(join(directory, 'texts/a.txt'), 'one two\n');
  await writeFile(join(directory, 'texts/b.txt'), 'three\n');
});

test('commands run in a clean folder with what they declare, and are reused', async () => {
  const first = await run();
  expect(first.code, first.stderr).toBe(0);
  expect(ranIn(first.summary())).toEqual(['count', 'join']);
  const { path } = first.summary().stages[0]!.outputs['total']!;
  expect((await readFile(path, 'utf8')).trim()).toBe('3');
  expect((await run()).summary().ran).toBe(0);
});

test('a new file that a glob matches reruns its reader; equal bytes stop the wave there', async () => {
  await writeFile(join(directory, 'texts/c.txt'), '\n');
  expect(ranIn((await run()).summary())).toEqual(['count']);
});

test('an environment value that comes from a parameter reruns its stage only', async () => {
  expect(ranIn((await run('--set', 'params.separator="+"')).summary())).toEqual(['join']);
});

test('a command that fails says its last words, and exits 1', async () => {
  const { code, stderr } = await run(
    '--set',
    'stages.count.with.command=printf "no " >&2; printf "such " >&2; echo luck >&2; exit 3',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('the command ended with exit code 3');
  expect(stderr).toContain('its last output:\nno such luck\n');
});

test('an output that was not written is named', async () => {
  const { code, stderr } = await run('--set', 'stages.count.with.command="true"');
  expect(code).toBe(1);
  expect(stderr).toContain('the command did not write counts/total.txt, its output total');
});

test('a file that was written without being declared is named', async () => {
  const { code, stderr } = await run(
    '--set',
    'stages.count.with.command=echo 1 > counts/total.txt; echo 2 > extra.txt',
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('wrote extra.txt, which it does not declare');
});

test('a file whose name looks like a pattern is that file; a folder is told how to be taken whole', async () => {
  await writeFile(join(directory, 'texts/odd[1].txt'), 'odd\n');
  const odd = await run('--set', 'stages.count.with.files=["texts/odd[1].txt"]');
  expect(odd.code, odd.stderr).toBe(0);
  await rm(join(directory, 'texts/odd[1].txt'));
  const folder = await run('--set', 'stages.count.with.files=["texts/"]');
  expect(folder.code).toBe(3);
  expect(folder.stderr).toContain('hint: it is a directory: "texts/**" matches all files in it');
});

test('links to files and folders are followed; one that leads nowhere is reported with a message and exit code 3', async () => {
  await mkdir(join(directory, 'linked/real'), { recursive: true });
  await writeFile(join(directory, 'linked/real/d.txt'), 'four\n');
  await symlink('real/d.txt', join(directory, 'linked/e.txt'));
  await symlink('real', join(directory, 'linked/again'));
  const patterns = ['--set', 'stages.count.with.files=["linked/**"]', '--set'];
  const all = await run(
    ...patterns,
    'stages.count.with.command=cat linked/*.txt linked/*/*.txt | wc -w > counts/total.txt',
  );
  expect(all.code, all.stderr).toBe(0);
  expect((await readFile(all.summary().stages[0]!.outputs['total']!.path, 'utf8')).trim()).toBe('3');
  await symlink('nowhere', join(directory, 'linked/broken.txt'));
  const broken = await run('--set', 'stages.count.with.files=["linked/**"]');
  expect(broken.code).toBe(3);
  expect(broken.stderr).toContain('linked/broken.txt, which "linked/**" matches, is a broken symlink.');
});

test('a pattern that matches nothing is reported with a message and exit code 3', async () => {
  const { code, stderr } = await run('--set', 'stages.count.with.files=["text/*.txt"]');
  expect(code).toBe(3);
  expect(stderr).toContain('No file matches "text/*.txt"');
});

test('all missing files are reported at once, with the stages that declare them and their places', async () => {
  const { code, stderr } = await run(
    '--set',
    'stages.count.with.files=["texts/gone.txt"]',
    '--set',
    'stages.join.with.files=["more/gone.txt", "texts/gone.txt"]',
  );
  expect(code).toBe(3);
  const [count, join] = [
    'count (--set stages.count.with.files=["texts/gone.txt"])',
    'join (--set stages.join.with.files=["more/gone.txt", "texts/gone.txt"])',
  ];
  expect(stderr).toContain(`${count}, ${join}: No file matches "texts/gone.txt"`);
  expect(stderr).toContain(`${join}: No file matches "more/gone.txt"`);
  expect(stderr.match(/correct the pattern/g)).toHaveLength(1);
});

test('a command ends with its first line that fails, unless it is told not to', async () => {
  const command = 'stages.count.with.command=false; echo 3 > counts/total.txt';
  const strict = await run('--set', command);
  expect(strict.code).toBe(1);
  expect(strict.stderr).toContain('the command ended with exit code 1');
  const lenient = await run('--set', command, '--set', 'stages.count.with.stopAtFirstFailure=false');
  expect(lenient.code, lenient.stderr).toBe(0);
});

test('whether a file may be executed is part of the key', async () => {
  await writeFile(join(directory, 'texts/tool.txt'), 'tool\n');
  expect((await run()).summary().ran).toBeGreaterThan(0);
  await chmod(join(directory, 'texts/tool.txt'), 0o755);
  expect(ranIn((await run()).summary())).toContain('count');
  await rm(join(directory, 'texts/tool.txt'));
});

test('a file that is excluded may change', async () => {
  const without = ['--set', 'stages.count.with.files=["texts/*.txt", "!texts/notes.txt"]'];
  await writeFile(join(directory, 'texts/notes.txt'), 'first\n');
  expect((await run(...without)).code).toBe(0);
  await writeFile(join(directory, 'texts/notes.txt'), 'second thoughts\n');
  expect((await run(...without)).summary().ran).toBe(0);
  await rm(join(directory, 'texts/notes.txt'));
});

test('two things on one path are a problem where the second is written', async () => {
  const { code, stderr } = await run('--set', 'stages.join.with.outputs={ joined: out/, again: out/joined.txt }');
  expect(code).toBe(2);
  expect(stderr).toContain('the output again (out/joined.txt) is inside the output joined (out/)');
});

test('a command that finds no file or program says what a command finds', async () => {
  const advice = 'A command finds only the files and inputs that it declares';
  for (const command of ['cat texts/nothing', 'nothing-of-this-name', 'python3 texts/nothing.py']) {
    const { code, stderr } = await run('--set', `stages.count.with.command=${command}`);
    expect(code).toBe(1);
    expect(stderr).toContain(advice);
  }
  expect((await run('--set', 'stages.count.with.command=echo no; exit 1')).stderr).not.toContain(advice);
});

test('a command that is killed by SIGKILL says what may have killed it', async () => {
  const { code, stderr } = await run('--set', 'stages.count.with.command=kill -9 $$');
  expect(code).toBe(1);
  expect(stderr).toContain('The system ends a process in this way if memory runs out.');
});

test('a file in the place of a folder, or a folder in that of a file, is refused with what to write', async () => {
  const file = await run('--set', 'stages.join.with.command=echo > out');
  expect(file.stderr).toContain('the command wrote a file at out, its output joined');
  expect(file.stderr).toContain('write out under `outputs`');
  const folder = await run('--set', 'stages.count.with.command=mkdir counts/total.txt');
  expect(folder.stderr).toContain('the command wrote a folder at counts/total.txt, its output total');
  expect(folder.stderr).toContain('write counts/total.txt/ under `outputs`');
});

test('modules of Python leave no bytecode, which would be named as undeclared', async (context) => {
  if (spawnSync('python3', ['--version']).status !== 0) context.skip('there is no python3');
  await mkdir(join(directory, 'code'));
  await writeFile(join(directory, 'code/part.py'), 'words = 3\n');
  await writeFile(join(directory, 'code/main.py'), 'import part\nprint(part.words)\n');
  const { code, stderr } = await run(
    '--set',
    'stages.count.with.files=["texts/*.txt", "code/*.py"]',
    '--set',
    'stages.count.with.command=python3 code/main.py > counts/total.txt',
  );
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('warning');
});

test('what changed is said in the words of users, by every command that says it', async () => {
  const text = join(directory, 'texts/a.txt');
  const files = '["texts/*.txt"]';
  const set = [
    '--set',
    'stages.count.with.pass=[PIPE_TEST_MODE]',
    '--set',
    `stages.count.with.files=${files}`,
  ] as const;
  const typed = (words: readonly string[], mode?: string) =>
    pipe(words, { directory, environment: mode === undefined ? {} : { PIPE_TEST_MODE: mode } });
  expect((await typed(['run', 'words.yaml', ...set])).code).toBe(0);
  const before = await readFile(text, 'utf8');
  await writeFile(text, `${before}more\n`);
  const words = 'variable PIPE_TEST_MODE: not set -> "x", file texts/a.txt changed';
  expect((await typed(['plan', 'words.yaml', ...set], 'x')).stdout).toContain(words);
  const explained = await typed(['explain', 'words.yaml', 'count', ...set], 'x');
  expect(explained.stdout).toMatch(/^ {2}variable PIPE_TEST_MODE: not set -> "x"\n {2}file texts\/a\.txt changed$/mu);
  const summary = join(directory, 'summary.md');
  const ran = await pipe(['run', 'words.yaml', ...set], {
    directory,
    environment: { PIPE_TEST_MODE: 'x', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
  });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain(words);
  const [shown, diffed, reported] = [
    await typed(['show', 'count'], 'x'),
    await typed(['diff', '-2', 'last'], 'x'),
    await typed(['report', '--output', 'words.html'], 'x'),
  ];
  expect(shown.stdout).toContain('variable PIPE_TEST_MODE was not set, file texts/a.txt was different');
  expect(diffed.stdout).toContain('asked\n  variable PIPE_TEST_MODE: not set -> "x"\n');
  expect(diffed.stdout).toContain('variable PIPE_TEST_MODE: not set -> "x"\n  file texts/a.txt changed');
  expect(reported.code, reported.stderr).toBe(0);
  const [html, github] = [
    await readFile(join(directory, 'words.html'), 'utf8'),
    await readFile(summary, 'utf8').catch(() => ''),
  ];
  for (const said of [ran.stdout, ran.stderr, explained.stdout, diffed.stdout, html, github])
    expect(said).not.toMatch(/\b(?:facts|config)\./u);
  await writeFile(text, before);
});

test('a secret that is not set is a warning when the command runs, and none when its result is reused', async () => {
  const options = [
    '--set',
    'stages.count.with.secrets=[PIPE_TEST_UNSET]',
    '--set',
    'stages.count.with.command=echo 4 > counts/total.txt',
  ] as const;
  const first = await run(...options);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toContain('count: warning: the secret PIPE_TEST_UNSET is not set');
  const second = await run(...options);
  expect(second.stderr).not.toContain('PIPE_TEST_UNSET');
});
