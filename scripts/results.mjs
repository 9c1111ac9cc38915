// Puts tables that `pipe report --tables FOLDER` wrote into docs/results.md: `npm run results -- FOLDER`. Each goes between
// `<!-- FOLDER/NAME.md -->` and `<!-- end -->`, as it is, where FOLDER is the last part of the folder's path.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { replaceFile } from './replace-file.mjs';

const page = 'docs/results.md';
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run results -- FOLDER, a folder that pipe report --tables wrote');
  process.exit(2);
}
const places = new RegExp(`(?<=<!-- ${basename(folder)}/(.+\\.md) -->\n)[^]*?(?=<!-- end -->)`, 'gu');
const text = await readFile(page, 'utf8');
const tables = new Map();
for (const [, name] of text.matchAll(places)) tables.set(name, (await readFile(join(folder, name), 'utf8')).trim());
if (tables.size === 0) {
  console.error(`${page} has no place for tables of ${basename(folder)}`);
  process.exit(2);
}
await replaceFile(
  page,
  text.replaceAll(places, (_, name) => `\n${tables.get(name)}\n\n`),
);
console.log(`${page}: ${[...tables.keys()].join(', ')}`);
