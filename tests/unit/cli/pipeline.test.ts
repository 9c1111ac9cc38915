import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../../support/pipe.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const cache = join(directory, 'cache');
const file = join(directory, 'words.yaml');

const pipeline = (word: string) =>
  `name: words\nstages:\n  write: { uses: shell, with: { command: "echo ${word} > word", outputs: { word: word } } }\n`;

async function keyOf(cacheDirectory = cache): Promise<string> {
  const { code, stdout, stderr } = await pipe(['plan', 'words.yaml', '--json'], {
    directory,
    environment: { PIPE_CACHE_DIR: cacheDirectory },
  });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).stages[0].key;
}

test('what was read is remembered, and believed only for the same text, whole', async () => {
  await writeFile(file, pipeline('one'));
  const one = await keyOf();
  const readings = join(cache, 'readings');
  const [reading, ...others] = await readdir(readings);
  expect(others).toEqual([]);
  const kept = await readFile(join(readings, reading!), 'utf8');
  expect(await keyOf()).toBe(one);

  await writeFile(file, pipeline('two'));
  const two = await keyOf();
  expect(two).not.toBe(one);
  expect(await readdir(readings)).toEqual([reading]);

  await writeFile(join(readings, reading!), kept.replace('echo one', 'echo ten'));
  await writeFile(file, pipeline('one'));
  expect(await keyOf()).toBe(one);
});

test('a cache that cannot be written only costs time', async () => {
  await writeFile(file, pipeline('one'));
  expect(await keyOf(file)).toMatch(/^[0-9a-f]{64}$/u);
});
