import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const pins = 'src/compute/setup/wheels.json';

function check(file: string) {
  return spawnSync(process.execPath, ['scripts/wheels.mjs', '--check', '--file', file], { encoding: 'utf8' });
}

test('the pinned wheels are what the package index says', () => {
  expect(check(pins)).toMatchObject({ status: 0, stderr: '' });
});

test('a pin that differs in one digit is found', () => {
  const altered = join(temporaryDirectory(), 'wheels.json');
  const text = readFileSync(pins, 'utf8');
  writeFileSync(altered, text.replace(/"sha256": "./u, '"sha256": "x'));
  expect(readFileSync(altered, 'utf8')).not.toBe(text);
  expect(check(altered)).toMatchObject({ status: 1, stderr: expect.stringContaining('run `npm run wheels`') });
});
