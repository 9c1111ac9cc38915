import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addonSource, compileAddon, findCompiler } from '../../../../src/compute/setup/addon.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { tinyCompiler } from '../../../support/tiny-tensorflow.ts';

const directory = temporaryDirectory();

test('without a compiler the sentence says how to install one', () => {
  expect(() => findCompiler({ PATH: directory })).toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: 'no C++ compiler found',
      hint: expect.stringContaining('apt-get install g++'),
    }),
  );
});

test('CXX names the compiler, with arguments; one that is missing is an error', () => {
  const compiler = tinyCompiler(directory);
  expect(findCompiler({ CXX: `${compiler} -g` })).toEqual([compiler, '-g']);
  expect(findCompiler({ CXX: 'tiny-c++', PATH: directory })).toEqual([compiler]);
  expect(() => findCompiler({ CXX: 'nothing++', PATH: directory })).toThrowError(
    /CXX names the C\+\+ compiler nothing\+\+, which does not exist/,
  );
});

test('the compiler is given the sources, the headers and where the libraries will lie', async () => {
  const log = join(directory, 'arguments');
  const compiler = tinyCompiler(directory, `for argument; do echo "$argument"; done > '${log}'`);
  const output = join(directory, 'addon.node');
  await compileAddon([compiler], { libraries: join(directory, 'tensorflow'), output }, { environment: process.env });
  expect(existsSync(output)).toBe(true);
  const given = readFileSync(log, 'utf8').split('\n');
  expect(given).toContain('-Wl,-rpath,$ORIGIN/tensorflow');
  expect(given).toContain(`-I${join(directory, 'tensorflow', 'include')}`);
  expect(given.filter((argument) => argument.endsWith('.cc')).every((file) => existsSync(file))).toBe(true);
  const headers = given.find((argument) => argument.startsWith('-I') && argument.endsWith('node-api'));
  expect(existsSync(join(headers?.slice(2) ?? '', 'node_api.h'))).toBe(true);
});

test('a compiler that fails is an error with its last words', async () => {
  const compiler = tinyCompiler(directory, 'echo "fatal error: no such header" >&2; exit 1');
  const compiling = compileAddon(
    [compiler],
    { libraries: directory, output: join(directory, 'no.node') },
    { environment: process.env },
  );
  await expect(compiling).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: `${compiler} could not compile the TensorFlow.js addon`,
      hint: expect.stringContaining('fatal error: no such header'),
    }),
  );
});

test('what an addon is compiled from is known by version and content', () => {
  expect(addonSource()).toEqual({ tfjs: '4.22.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
});
