// Adds up vitest's counts of tests in logs, and prints them as `N passed, N failed[, N skipped]`, the plain form any CI can read.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2)) {
  const log = stripVTControlCharacters(readFileSync(file, 'utf8'));
  const line = log.split('\n').findLast((text) => /^\s*Tests\s+\d/.test(text));
  if (!line) {
    console.error(`${file}: no closing line of vitest in it`);
    process.exit(1);
  }
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  totals.passed += count('passed');
  totals.failed += count('failed');
  totals.skipped += count('skipped') + count('todo');
}
const { passed, failed, skipped } = totals;
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
