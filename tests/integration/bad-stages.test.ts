import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EnvironmentError } from '../../src/problem/errors.ts';
import { compute, draftOf } from '../contract/store.ts';
import { freshDirectory, storeAt } from '../support/fresh-store.ts';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
/** The kernel's own user without any files. */
const NOBODY = 65_534;

/** A directory of the user who runs `pipe`, who is never root: root may read and remove everything. */
function directoryOfUser(): string {
  const directory = freshDirectory();
  if (process.getuid?.() === 0) chownSync(directory, NOBODY, NOBODY);
  return directory;
}

/** Runs `pipe` as that user. */
function pipeAsUser(directory: string, words: readonly string[], limit = '') {
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', `${limit} exec "$0" "$@"`, process.execPath, command, ...words],
    { cwd: directory, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', HOME: directory }, ...user },
  );
  return { status, stdout, text: `${stdout}${stderr}` };
}

function pipelineOf(stages: Readonly<Record<string, string>>): string {
  const lines = Object.entries(stages).map(
    ([id, text]) => `  ${id}: { uses: shell, with: { command: ${JSON.stringify(text)}, outputs: { out: out/ } } }`,
  );
  return ['name: bad', 'stages:', ...lines, ''].join('\n');
}

/** The result of each stage of the last run. */
function states({
  stdout,
  text,
}: {
  readonly stdout: string;
  readonly text: string;
}): Readonly<Record<string, string>> {
  expect(stdout, text).not.toBe('');
  const { stages } = JSON.parse(stdout) as { stages: readonly { id: string; state: string }[] };
  return Object.fromEntries(stages.map(({ id, state }) => [id, state]));
}

describe('a stage of a user who is not root', () => {
  test('that leaves folders nobody may write to, and checkpoints of that kind, stops no later run', () => {
    const directory = directoryOfUser();
    const locked = 'mkdir -p p/q && : > p/q/f && chmod 555 p/q && chmod 000 p';
    writeFileSync(
      join(directory, 'p.yaml'),
      pipelineOf({ fails: `${locked}; false`, succeeds: `mkdir out; : > out/f; mkdir ../s; cd ../s; ${locked}` }),
    );
    const first = pipeAsUser(directory, ['run', 'p.yaml', '--keep-going', '--json']);
    expect(states(first)).toEqual({ fails: 'failed', succeeds: 'ran' });
    expect(readdirSync(join(directory, 'artifacts/tmp'))).toEqual([]);
    const second = pipeAsUser(directory, ['run', 'p.yaml', '--keep-going', '--json']);
    expect(states(second)).toEqual({ fails: 'failed', succeeds: 'hit' });
    expect(readdirSync(join(directory, 'artifacts/tmp'))).toEqual([]);
  });

  test('whose outputs may not be read fails alone, with a message', () => {
    const directory = directoryOfUser();
    writeFileSync(
      join(directory, 'p.yaml'),
      pipelineOf({
        file: 'mkdir out; : > out/f; chmod 000 out/f',
        folder: 'mkdir -p out/d; : > out/d/f; chmod 000 out/d',
        whole: 'mkdir out; chmod 000 out',
        good: 'mkdir out; : > out/f',
      }),
    );
    const outcome = pipeAsUser(directory, ['run', 'p.yaml', '--keep-going', '--json']);
    expect(states(outcome)).toEqual({ file: 'failed', folder: 'failed', whole: 'failed', good: 'ran' });
    expect(outcome.status).toBe(1);
    expect(outcome.text).toContain('file: Output "out", f, is not readable.');
    expect(outcome.text).toContain('folder: Output "out", d, is not readable.');
    expect(outcome.text).toContain('whole: the command left out/, its output out, without permission to read it');
    expect(outcome.text).not.toContain('this is a bug');
  });

  test('that puts links in place of its folders takes no file from whom they lead to', () => {
    const directory = directoryOfUser();
    const theirs = join(directory, 'theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'gold'), 'gold');
    const link = (command: string, output = 'sub/gold') =>
      `{ uses: shell, with: { command: '${command}', outputs: { out: ${output} } } }`;
    writeFileSync(
      join(directory, 'p.yaml'),
      [
        'name: links',
        'stages:',
        `  inner: ${link(`rmdir sub; ln -s ${theirs} sub`)}`,
        `  whole: ${link(`w=$PWD; cd ..; rm -r $w; ln -s ${theirs} $w`, 'gold')}`,
        `  fails: ${link(`w=$PWD; cd ..; rm -r $w; ln -s ${theirs} $w; false`, 'gold')}`,
        '',
      ].join('\n'),
    );
    const outcome = pipeAsUser(directory, ['run', 'p.yaml', '--keep-going', '--json']);
    expect(states(outcome)).toEqual({ inner: 'failed', whole: 'failed', fails: 'failed' });
    expect(outcome.text).toContain('inner: the command wrote sub/gold, its output out, through a symlink to ');
    expect(outcome.text).toContain('whole: the command wrote gold, its output out, through a symlink to ');
    pipeAsUser(directory, ['gc', '--max-size', '0B', '--yes']);
    expect(readFileSync(join(theirs, 'gold'), 'utf8')).toBe('gold');
  });

  test('that writes a file whose name has a line break says nothing in the name of another', () => {
    const directory = directoryOfUser();
    const stray = `printf x > "$(printf 'x\\nother: done in 1s')"`;
    writeFileSync(join(directory, 'p.yaml'), pipelineOf({ strays: `mkdir out; : > out/f; ${stray}` }));
    const { status, text } = pipeAsUser(directory, ['run', 'p.yaml']);
    expect({ status, text }).toMatchObject({ status: 0, text: expect.stringContaining('other: done in 1s, which it') });
    expect(text).not.toMatch(/^other:/m);
  });

  test('whose output is larger than files may be fails alone', () => {
    const directory = directoryOfUser();
    writeFileSync(
      join(directory, 'p.yaml'),
      pipelineOf({ large: 'mkdir out; head -c 3000000 /dev/zero > out/f', good: 'mkdir out; : > out/f' }),
    );
    const outcome = pipeAsUser(
      directory,
      ['run', 'p.yaml', '--keep-going', '--json'],
      // In blocks of 512 bytes, or of 1024: enough for everything else that pipe writes.
      'ulimit -f 2000;',
    );
    expect(states(outcome)).toMatchObject({ large: 'failed', good: 'ran' });
    expect(outcome.text).not.toContain('this is a bug');
  });
});

describe('a store that closes', () => {
  test('while something still writes into it leaves that for the next, and says nothing', async () => {
    const directory = join(freshDirectory(), 'store');
    const store = await storeAt(directory);
    const draft = await draftOf(store, 'a');
    const folder = join(draft.outputPath('out', 'out'), '..');
    const writer = spawn('sh', ['-c', 'i=0; while :; do i=$((i+1)); mkdir -p "$0"; : > "$0/$i"; done', folder]);
    onTestFinished(() => void writer.kill('SIGKILL'));
    while (readdirSync(folder).length < 3) await new Promise((resolve) => setImmediate(resolve));
    await draft.abandon();
    await compute(store, 'b', 'text');
    await store.close();
  });

  test('on a file system that has become read-only reports that in a message, if anything', async (context) => {
    const directory = freshDirectory();
    const mount = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', directory], { encoding: 'utf8' });
    if (mount.status !== 0) return context.skip(`no file system can be mounted here: ${mount.stderr.trim()}`);
    onTestFinished(() => {
      execFileSync('umount', ['-l', directory]);
    });
    const store = await storeAt(join(directory, 'store'));
    const log = await store.runs.start({});
    const draft = await draftOf(store, 'a');
    await draftOf(store, 'b');
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    const sentence = `The artifact store ${join(directory, 'store')} is on a file system that has become read-only.`;
    expect(() => log.finish({})).toThrow(sentence);
    await expect(draft.abandon()).rejects.toThrow(sentence);
    const closing = store.close();
    await expect(closing).rejects.toThrow(sentence);
    await expect(closing).rejects.toBeInstanceOf(EnvironmentError);
  });
});

test('a sweep that fails stops no run', async () => {
  const directory = join(freshDirectory(), 'store');
  const store = await storeAt(directory);
  await store.hold();
  const [token] = readdirSync(join(directory, 'tmp'));
  await store.close();
  // Of a process that is gone; on Linux, nobody, not even root, can remove a mount point's folder or an immutable file.
  const left = join(directory, 'tmp', token!.replace(/^\d+/, String(2 ** 22 + 1)));
  mkdirSync(join(left, 'inner'), { recursive: true });
  const mount = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', join(left, 'inner')], { encoding: 'utf8' });
  const isMounted = mount.status === 0;
  if (!isMounted) chmodSync(left, 0o000);
  onTestFinished(() => {
    const inner = readdirSync(join(directory, 'tmp'), { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith('inner'),
    );
    if (isMounted) execFileSync('umount', ['-l', join(directory, 'tmp', inner!)]);
  });
  await compute(await storeAt(directory), 'a', 'text');
  expect(existsSync(join(directory, 'records'))).toBe(true);
});
