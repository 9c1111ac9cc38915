// Prints vitest's counts of tests as `N passed, N failed[, N skipped]`, the plain form any CI can read.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const log = stripVTControlCharacters(readFileSync(process.argv[2], 'utf8'));
const line = log.split('\n').findLast((text) => /^\s*Tests\s+\d/.test(text));
if (!line) {
  console.error(`${process.argv[2]}: no closing line of vitest in it`);
  process.exit(1);
}
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
const skipped = count('skipped') + count('todo');
console.log(`${count('passed')} passed, ${count('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
