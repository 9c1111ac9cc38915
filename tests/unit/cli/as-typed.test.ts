import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsAsTyped } from '../../../src/cli/as-typed.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const [bin, usual] = [join(directory, 'node_modules/.bin'), join(directory, 'bin')];
for (const folder of [bin, usual]) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pipe'), '');
}
const installed = '/home/ada/project/node_modules/pipe-ml/dist/pipe.cjs';
const byNpm = { npm_command: 'exec', PATH: [bin, '/nowhere'].join(delimiter) };

const said = (environment: Readonly<Record<string, string>>, ownPath: string) =>
  commandsAsTyped(['run', 'setup'], environment, ownPath)('run: pipe setup --gpu');

test('what npm started, and only npm finds, is typed with npx', () => {
  expect(said(byNpm, installed)).toBe('run: npx pipe setup --gpu');
  expect(said({ ...byNpm, npm_command: 'run-script' }, installed)).toBe('run: npx pipe setup --gpu');
});

test.each([
  ['it is on the PATH', { ...byNpm, PATH: [bin, usual].join(delimiter) }, installed],
  ['npm did not start it', { PATH: byNpm.PATH }, installed],
  ['it is a checkout, where npx would find another package', byNpm, '/home/ada/pipe-ml/dist/pipe.cjs'],
  ['npx downloaded it for this command', byNpm, '/home/ada/.npm/_npx/0a1b/node_modules/pipe-ml/dist/pipe.cjs'],
])('otherwise as in the documentation: %s', (_why, environment, ownPath) => {
  expect(said(environment, ownPath)).toBe('run: pipe setup --gpu');
});

test('only commands are changed, wherever they are in a text', () => {
  const asTyped = commandsAsTyped(['run', 'setup'], byNpm, installed);
  expect(asTyped('`pipe run` and pipe setup; a pipe runs, bin/pipe run, my-pipe run')).toBe(
    '`npx pipe run` and npx pipe setup; a pipe runs, bin/pipe run, my-pipe run',
  );
});
