import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { declaredContents, declaredFiles } from '../../../../src/stages/declared/declared-files.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();

beforeAll(async () => {
  for (const folder of ['data/raw', 'circle/a', 'circle/b']) await mkdir(join(directory, folder), { recursive: true });
  for (const file of [
    'a.txt',
    'b.txt',
    'odd[1].txt',
    '!bang.txt',
    'data/c.txt',
    'data/raw/d.txt',
    'data/.hidden',
    'circle/a/e.txt',
  ]) {
    await writeFile(join(directory, file), file);
  }
  await symlink('..', join(directory, 'circle/a/up'));
  await symlink('../b', join(directory, 'circle/a/other'));
  await symlink('../a', join(directory, 'circle/b/other'));
});

test.each<[string, readonly string[], readonly string[]]>([
  ['a path', ['a.txt'], ['a.txt']],
  ['a path twice', ['a.txt', '*.txt'], ['!bang.txt', 'a.txt', 'b.txt', 'odd[1].txt']],
  ['a path that looks like a pattern', ['odd[1].txt'], ['odd[1].txt']],
  ['a pattern without one file', ['*.txt', '!b.txt'], ['!bang.txt', 'a.txt', 'odd[1].txt']],
  ['a pattern without a file whose name looks like one', ['*.txt', '!odd[1].txt'], ['!bang.txt', 'a.txt', 'b.txt']],
  ['a pattern without a pattern', ['**/*.txt', '!data/**', '!circle/**', '!*[1]*', '!!*'], ['a.txt', 'b.txt']],
  ['a folder without a folder in it', ['data/**', '!data/raw'], ['data/c.txt']],
  ['a folder without one that is written with a slash', ['data/**', '!data/raw/'], ['data/c.txt']],
  ['a path that is excluded', ['a.txt', 'b.txt', '!a.txt'], ['b.txt']],
  ['an exclusion that matches nothing', ['a.txt', '!*.tmp'], ['a.txt']],
  ['an exclusion that comes first', ['!b.txt', 'a.txt', 'b.txt'], ['a.txt']],
  ['a file whose name begins with a dot', ['data/.hidden', '!a.txt'], ['data/.hidden']],
  ['a file whose name begins with an exclamation mark', ['./!bang.txt'], ['./!bang.txt']],
])('takes %s', async (_, patterns, files) => {
  expect(await declaredFiles(patterns, directory)).toEqual(files);
});

test('passes over links that lead back to a folder they are in, directly or by way of another', async () => {
  expect(await declaredFiles(['circle/**'], directory)).toEqual(['circle/a/e.txt', 'circle/b/other/e.txt']);
});

test('names all patterns that match nothing, in their order, with each different hint', async () => {
  await expect(declaredFiles(['x*/gone.txt', 'a.txt', 'data', 'also.txt'], directory)).rejects.toMatchObject({
    message: ['x*/gone.txt', 'data', 'also.txt'].map((each) => `No file matches "${each}" in ${directory}.`).join('\n'),
    hint: 'correct the pattern under `files`, or remove it\nit is a directory: "data/**" matches all files in it',
  });
});

test('says that what a pattern matches may be excluded', async () => {
  await expect(declaredFiles(['b.*', '!b.txt'], directory)).rejects.toThrow('No file matches "b.*"');
});

test('names the content of an executable file otherwise, though its bytes are the same', async () => {
  const world = { environment: {}, directory, digest: async () => 'd1' };
  expect(await declaredContents(['a.txt'], world)).toEqual({ 'a.txt': 'd1' });
  await chmod(join(directory, 'a.txt'), 0o755);
  expect(await declaredContents(['a.txt'], world)).toEqual({ 'a.txt': 'd1*' });
  await chmod(join(directory, 'a.txt'), 0o644);
});
