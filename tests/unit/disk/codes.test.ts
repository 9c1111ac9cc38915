import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonOf, refusalWords } from '../../../src/disk/codes.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const [file, folder] = [join(directory, 'file'), join(directory, 'folder')];
writeFileSync(file, '');
mkdirSync(join(folder, 'inside'), { recursive: true });

test.each([
  [
    () => readFileSync(join(directory, 'absent')),
    'there is no such file or folder (ENOENT)',
    join(directory, 'absent'),
  ],
  [() => readFileSync(join(file, 'x')), 'a file is in the place of a folder above it (ENOTDIR)', join(file, 'x')],
  [() => mkdirSync(file), 'something else is in its place (EEXIST)', file],
  [() => rmdirSync(folder), 'a folder that is not empty is in its place (ENOTEMPTY)', folder],
])('a refusal of the operating system is a clause, with its code: case %#', (refused, reason, path) => {
  const error = errorOf(refused);
  expect(reasonOf(error)).toBe(reason);
  expect(refusalWords(error)).toBe(`${reason}: ${path}`);
});

test('an unknown code stays as it is, and an error without a path, or without a code, has none', () => {
  expect(reasonOf(Object.assign(new Error('EMLINK: too many links'), { code: 'EMLINK' }))).toBe('EMLINK');
  expect(refusalWords(Object.assign(new Error('EMLINK: too many links'), { code: 'EMLINK' }))).toBe(
    'EMLINK: too many links',
  );
  expect(refusalWords(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }))).toBe(
    'no space is left on the disk (ENOSPC)',
  );
  expect(refusalWords(new SyntaxError('Unexpected end of JSON input'))).toBe('Unexpected end of JSON input');
});

function errorOf(refused: () => unknown): NodeJS.ErrnoException {
  try {
    refused();
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  throw new Error('nothing was refused');
}
