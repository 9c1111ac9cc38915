import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openedFiles } from '../../../src/workers/file-trace.ts';
import { undeclaredOf } from '../../../src/workers/undeclared.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test('a trace says what was read, what was executed, and what was written', () => {
  const trace = [
    '10 execve("/bin/sh", [...], 0x7ffd /* 3 vars */) = 0',
    '10 execve("/gone", [...], 0x7ffd /* 3 vars */) = -1 ENOENT (No such file or directory)',
    '10 openat(AT_FDCWD</w>, "a.txt", O_RDONLY|O_CLOEXEC) = 3</w/a.txt>',
    '10 openat(AT_FDCWD</w>, "b.txt", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '10 openat(AT_FDCWD</w>, ".", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3</w>',
    '11 openat(AT_FDCWD</w>, "own.txt", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</w/own.txt>',
    '11 openat(AT_FDCWD</w>, "own.txt", O_RDONLY) = 4</w/own.txt>',
    '11 creat("made", 0666)                  = 3</w/made>',
    '11 openat(AT_FDCWD</w>, "odd \\"name\\".txt", O_RDONLY) = 3</w/odd "name".txt>',
    '11 openat(AT_FDCWD</w>, "caf\\303\\251 \\76", O_RDONLY) = 3</w/caf\\303\\251 \\76>',
    '+++ exited with 0 +++',
    '',
  ].join('\n');
  expect(openedFiles(trace)).toEqual({
    read: ['/bin/sh', '/w/a.txt', '/w/odd "name".txt', '/w/café >'],
    written: ['/w/own.txt', '/w/made'],
  });
});

test('a call that lines of other threads tore in two is put together', () => {
  const trace = [
    '10 openat(AT_FDCWD</w>, "a.txt", O_RDONLY <unfinished ...>',
    '11 openat(AT_FDCWD</w>, "b.txt", O_WRONLY|O_CREAT, 0666 <unfinished ...>',
    '10 <... openat resumed>)                = 3</w/a.txt>',
    '11 <... openat resumed>)                = 4</w/b.txt>',
  ].join('\n');
  expect(openedFiles(trace)).toEqual({ read: ['/w/a.txt'], written: ['/w/b.txt'] });
});

test('what was given, the system, and packages are left out; links count as what they lead to', () => {
  const directory = temporaryDirectory();
  const file = (name: string) => {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  const [given, foreign, inside] = [file('given.txt'), file('foreign.txt'), file('folder/deep/inside.txt')];
  const [beside, library, settings] = [file('folder-2/beside.txt'), file('node_modules/x/y.js'), file('package.json')];
  symlinkSync(given, join(directory, 'link.txt'));
  const read = ['/bin/sh', given, foreign, inside, beside, library, settings, join(directory, 'gone.txt')];
  expect(
    undeclaredOf({ read, written: [foreign, inside] }, [join(directory, 'link.txt'), join(directory, 'folder')]),
  ).toEqual({ read: [beside, foreign].sort(), written: [foreign] });
});
