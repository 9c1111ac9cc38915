import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../../src/disk/folders.ts';
import { freshDirectory } from '../../support/fresh-store.ts';

test('of a symbolic link the link goes, and what it leads to stays', () => {
  const directory = freshDirectory();
  const theirs = join(directory, 'theirs');
  mkdirSync(join(theirs, 'inner'), { recursive: true });
  writeFileSync(join(theirs, 'inner/file'), 'gold');
  const folder = join(directory, 'folder');
  mkdirSync(folder);
  symlinkSync(theirs, join(folder, 'link'));
  symlinkSync(theirs, join(directory, 'link'));
  removeTree(folder);
  removeTree(join(directory, 'link'));
  expect(readdirSync(directory)).toEqual(['theirs']);
  expect(existsSync(join(theirs, 'inner/file'))).toBe(true);
});

test('a tree goes whose paths are longer than the system takes, and whose folders are locked', () => {
  const directory = freshDirectory();
  const chain = (name: string) => [name, ...Array<string>(12).fill('d'.repeat(250))].join('/');
  const [folder, lower] = [join(directory, 'folder'), join(directory, 'lower')];
  mkdirSync(join(directory, chain('folder')), { recursive: true });
  mkdirSync(join(directory, chain('lower')), { recursive: true });
  writeFileSync(join(directory, chain('lower'), 'file'), '');
  chmodSync(join(directory, chain('lower')), 0o500);
  renameSync(lower, join(directory, chain('folder'), 'lower'));
  expect(() => rmSync(folder, { recursive: true })).toThrow('ENAMETOOLONG');
  removeTree(folder);
  expect(readdirSync(directory)).toEqual([]);
});
