// Writes the import boundaries of biome.json from the tables in docs/architecture.md, so that there is one source for both. With --check it
// writes nothing, and fails if the two differ.
import { readFileSync, writeFileSync } from 'node:fs';

const rooms = readFileSync('docs/architecture.md', 'utf8').split('\n').flatMap(roomsOfRow);
const names = rooms.map(({ name }) => name);

const overrides = rooms
  .filter(({ imports }) => imports !== 'everything')
  .map((room) => {
    const allowed = allowedIn(room);
    return {
      includes: [`src/${room.name}/**`],
      linter: { rules: { style: { noRestrictedImports: restriction(room.name, allowed) } } },
    };
  });

const config = JSON.parse(readFileSync('biome.json', 'utf8'));
const isBoundary = ({ linter }) => linter?.rules?.style?.noRestrictedImports !== undefined;
config.overrides = [...overrides, ...config.overrides.filter((override) => !isBoundary(override))];
const text = `${JSON.stringify(config, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync('biome.json', text);
else if (JSON.stringify(JSON.parse(readFileSync('biome.json', 'utf8'))) !== JSON.stringify(config)) {
  console.error('biome.json does not have the boundaries of docs/architecture.md: run `npm run boundaries`');
  process.exit(1);
}

/** The rooms of a table's row: | `src/a`, `src/b` | what it does | what it may import |. */
function roomsOfRow(row) {
  const cells = row.split('|').map((cell) => cell.trim());
  const folders = [...(cells[1] ?? '').matchAll(/`src\/([a-z0-9/-]+)`/gu)].map(([, name]) => name);
  if (cells.length !== 5 || folders.length === 0) return [];
  return folders.map((name) => ({ name, imports: cells[3] }));
}

/** Rooms, inner ones among them, that a room may import from. An inner room adds its siblings to what its outer room may import. */
function allowedIn({ name, imports }) {
  const said = imports === 'nothing' ? [] : imports.split(', ').map((part) => part.replaceAll('`', ''));
  const outer = rooms.find((other) => other.name !== name && name.startsWith(`${other.name}/`));
  const siblings = said.map((part) => (outer ? `${outer.name}/${part}` : part));
  for (const part of siblings) {
    if (!names.includes(part))
      throw new Error(`docs/architecture.md: src/${name} may import ${part}, which is no room`);
  }
  return [...siblings, ...(outer ? allowedIn(outer) : [])];
}

function restriction(name, allowed) {
  const parent = name.slice(0, name.lastIndexOf('/') + 1);
  const isNear = (other) => !other.includes('/') || (parent !== '' && other.startsWith(parent));
  const isForbidden = (other) => other !== name && !name.startsWith(`${other}/`) && !allowed.includes(other);
  const group = names
    .filter((other) => isNear(other) && isForbidden(other))
    .map((other) => `**/../${other.split('/').at(-1)}/**`);
  const list = allowed.length === 0 ? 'nothing' : allowed.join(', ');
  const message = `src/${name} may import only from: ${list}. See docs/architecture.md.`;
  return { level: 'error', options: { patterns: [{ group, message }] } };
}
