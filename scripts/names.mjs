// Holds every exported name of src to one thing: fails if two files export a declaration of the same name, so that a search or a jump to a
// definition never ends in the wrong room. Files of one kind that are reached through a list share the name that the list asks for.
import { readFileSync } from 'node:fs';
import glob from 'fast-glob';

const shared = new Set(['command', 'program', 'sourceOf']);
const declaration =
  /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type|enum) (?<name>[\w$]+)/gmu;

const places = new Map();
for (const path of glob.sync('src/**/*.ts')) {
  // An overloaded function is declared several times in its one file.
  const names = new Set([...readFileSync(path, 'utf8').matchAll(declaration)].map(({ groups }) => groups.name));
  for (const name of names) places.set(name, [...(places.get(name) ?? []), path]);
}
const twice = [...places].filter(([name, paths]) => paths.length > 1 && !shared.has(name));
for (const [name, paths] of twice) console.error(`${name} is exported by ${paths.join(' and ')}: rename one of them`);
if (twice.length > 0) process.exit(1);
