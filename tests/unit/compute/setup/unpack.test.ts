import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpack } from '../../../../src/compute/setup/unpack.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { zip } from '../../../support/zip.ts';

const directory = temporaryDirectory();
const long = 'TensorFlow '.repeat(100_000);

function wheelOf(name: string, ...members: Parameters<typeof zip>[0]): string {
  const path = join(directory, name);
  writeFileSync(path, zip(members));
  return path;
}

test('only the named members are unpacked, under their own paths, executable where they were', async () => {
  const wheel = wheelOf(
    'a.whl',
    { path: 'lib/long.so', content: long },
    { path: 'bin/tool', content: 'tool', mode: 0o755 },
    { path: 'other.py', content: 'pass' },
  );
  const into = join(directory, 'a');
  let bytes = 0;
  const onBytes = (more: number) => {
    bytes += more;
  };
  await unpack(wheel, { members: /^(lib|bin)\//, into, onBytes });
  expect(readFileSync(join(into, 'lib/long.so'), 'utf8')).toBe(long);
  expect(statSync(join(into, 'lib/long.so')).mode & 0o777).toBe(0o644);
  expect(statSync(join(into, 'bin/tool')).mode & 0o777).toBe(0o755);
  expect(readdirSync(into).sort()).toEqual(['bin', 'lib']);
  expect(bytes).toBe(long.length + 'tool'.length);
});

test('a member that would leave the folder is refused', async () => {
  const wheel = wheelOf('b.whl', { path: '../outside.so', content: 'x' });
  const unpacking = unpack(wheel, { members: /./, into: join(directory, 'b'), onBytes: () => undefined });
  await expect(unpacking).rejects.toThrowError(/relative path/);
  expect(readdirSync(directory)).not.toContain('outside.so');
});

test('a wheel without any of the members is an error', async () => {
  const wheel = wheelOf('c.whl', { path: 'other.py', content: 'pass' });
  const unpacking = unpack(wheel, { members: /\.so$/, into: join(directory, 'c'), onBytes: () => undefined });
  await expect(unpacking).rejects.toThrowError(/contains none of the files/);
});

test('an abort stops it', async () => {
  const wheel = wheelOf('d.whl', { path: 'a.so', content: long }, { path: 'b.so', content: long });
  const abort = new AbortController();
  const into = join(directory, 'd');
  const onBytes = () => abort.abort(new Error('stop'));
  await expect(unpack(wheel, { members: /./, into, onBytes, signal: abort.signal })).rejects.toThrowError();
  expect(readdirSync(into)).not.toContain('b.so');
});
