import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
