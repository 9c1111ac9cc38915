import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderRemote } from '../../../src/remote/protocols/folder.ts';
import { freshDirectory } from '../../support/fresh-store.ts';

const name = 'a'.repeat(64);

test.each([0o700, 0o770, 0o2775])('what is made in a shared folder of mode %o has its mode', async (mode) => {
  const directory = freshDirectory();
  const [shared, file] = [join(directory, 'shared'), join(directory, 'file')];
  mkdirSync(shared);
  chmodSync(shared, mode);
  // A file that only its owner reads, as a strict umask makes it.
  writeFileSync(file, 'content', { mode: 0o600 });
  const remote = new FolderRemote(shared);
  await remote.putObject(name, file);
  await remote.putRecord(name, Buffer.from('record'));
  const modeOf = (path: string) => statSync(join(shared, path)).mode & 0o7777;
  for (const folder of ['ac', 'cas', 'tmp']) expect([folder, modeOf(folder)]).toEqual([folder, mode]);
  for (const entry of ['ac', 'cas']) expect(modeOf(`${entry}/${name}`)).toBe(mode & 0o666);
});
