import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { undeclaredOf } from '../../../src/workers/undeclared.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = realpathSync(temporaryDirectory());

function made(path: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test('a virtual environment in the folder of a project does not hide the files of the project', () => {
  const environment = ['own/pyvenv.cfg', 'own/bin/python3', 'own/lib/python3.11/os.py'].map(made);
  const ours = ['own/data.csv', 'own/src/train.py'].map(made);
  expect(undeclaredOf({ read: [...environment, ...ours], written: ours }, [])).toEqual({ read: ours, written: ours });
});

test('files of a Python outside the folders of the system are not undeclared, those of the project are', () => {
  made('pythons/3.11/bin/python3');
  const environment = ['work/.venv/pyvenv.cfg', 'work/.venv/bin/python3'].map(made);
  const python = ['pythons/3.11/lib/python3.11/lib-dynload/math.so', 'pythons/3.11/lib/libpython3.11.so'].map(made);
  const ours = ['work/data.csv', 'work/lib/python3.11/own.py'].map(made);
  const opened = { read: [...environment, ...python, ...ours], written: [] };
  expect(undeclaredOf(opened, [])).toEqual({ read: ours, written: [] });
});
