import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let directory: string;

const uses = 'shell';
const makes = {
  uses,
  with: { command: 'mkdir d; echo one > d/a; echo two > d/b; chmod +x d/b; echo x > o', outputs: { d: 'd/', o: 'o' } },
};

/** A pipeline whose second stage reads a folder, a file and a file of the project. */
const write = (command: string, lay: string | undefined) =>
  writeFileSync(
    join(directory, 'p.yaml'),
    JSON.stringify({
      name: 'p',
      stages: {
        makes,
        reads: {
          uses,
          needs: { d: 'makes.d', o: 'makes.o' },
          with: { command, ...(lay && { lay }), files: ['w/*'], inputs: { d: 'in/d', o: 'in/o' }, outputs: { r: 'r' } },
        },
      },
    }),
  );
const run = (...words: string[]) => pipe(['run', 'p.yaml', ...words], { directory });

beforeEach(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, 'w'));
  writeFileSync(join(directory, 'w', 'words'), 'words\n');
});

const reads = '(cat in/d/a in/o w/words; test -x in/d/b; find . -type l | sort) > r';

test('a command gets links, folders of its own, and no warning of what it did not write', async () => {
  write(`${reads}; echo new > in/d/new; rm in/d/a in/d/new`, 'link');
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout).not.toContain('warning');
  const exported = await pipe(['export', 'p.yaml', 'reads', 'out'], { directory });
  expect(exported.code, exported.stderr).toBe(0);
  expect(readFileSync(join(directory, 'out', 'r'), 'utf8')).toBe(
    'one\nx\nwords\n./in/d/a\n./in/d/b\n./in/o\n./w/words\n',
  );
  expect((await pipe(['verify'], { directory })).code).toBe(0);
});

test('how inputs are laid is not part of the key', async () => {
  write('cat in/o > r', 'link');
  await run();
  write('cat in/o > r', undefined);
  expect((await run('--frozen')).code).toBe(0);
});

test.each([
  ['a stored file', 'in/o'],
  ['a file of a stored folder', 'in/d/a'],
  ['an executable file of a stored folder', 'in/d/b'],
  ['a file of the project', 'w/words'],
])('%s that is written through a link fails the stage; what is stored is made again', async (_, path) => {
  const target = join(directory, 'w', 'words');
  write(`echo "$(cat ${path})" > r; chmod u+w ${path}; echo changed > ${path}`, 'link');
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toContain(`inputs or files of the command changed while it ran: ${path}`);
  expect(stdout).toContain('`lay: copy`');
  writeFileSync(target, 'words\n');
  chmodSync(target, 0o644);
  write(`cat ${path} > r`, 'link');
  const again = await run();
  expect(again.code, again.stdout).toBe(0);
  expect((await pipe(['export', 'p.yaml', 'reads', 'out'], { directory })).code).toBe(0);
  expect(readFileSync(join(directory, 'out', 'r'), 'utf8')).not.toBe('changed\n');
});

test('with copies the same command may do so', async () => {
  write(
    'chmod u+w in/o in/d/a; echo changed > in/o; echo changed > in/d/a; echo changed > w/words; cat in/o > r',
    'copy',
  );
  expect((await run()).code).toBe(0);
  expect((await pipe(['verify'], { directory })).code).toBe(0);
  expect(readFileSync(join(directory, 'w', 'words'), 'utf8')).toBe('words\n');
});

test('a link that becomes an output is refused with what to do', async () => {
  write('mv in/o r', 'link');
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toContain('Output "r" is a symlink');
});
