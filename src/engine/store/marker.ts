import { type Dirent, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../../disk/codes.ts';
import { makeFolder } from '../../disk/folders.ts';
import { type ProcessIdentity, processName } from '../../disk/process-identity.ts';
import { readText } from '../../disk/regular-file.ts';
import { isJsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Layout } from './layout.ts';
import { entriesIn, storeNames } from './names.ts';
import { isReserve } from './reserve.ts';

const FORMAT = 1;

/** What a folder is to the store. `unmarked` is a store from before there were markers, or one that was restored without its marker. */
export type Recognised = 'store' | 'unmarked' | 'new';

/**
 * Tells what the folder of a store is, without changing it.
 * @throws EnvironmentError if it is not a store, or a store of a later format.
 */
export function recognise(layout: Layout): Recognised {
  const text = readText(layout.marker);
  if (text !== undefined) {
    refuseLaterFormat(text, layout);
    return 'store';
  }
  const entries = entriesIn(layout.root).filter(({ name }) => !name.startsWith(`${layout.markerName}.`));
  if (entries.length === 0) return 'new';
  const foreign = foreignIn(entries, layout) ?? missingIn(entries);
  if (foreign === undefined) return 'unmarked';
  throw new EnvironmentError(`The folder ${layout.root} is not an artifact store: ${foreign}.`, {
    hint: 'Choose an empty or new folder with --artifacts DIR. Nothing in this one was changed.',
  });
}

/** Makes the folder a store, unless it is one. @throws like `recognise`. */
export function markStore(layout: Layout, process: ProcessIdentity): void {
  makeRoot(layout);
  if (recognise(layout) === 'store') return;
  const temporary = `${layout.marker}.${processName(process)}`;
  writeFileSync(temporary, `${JSON.stringify({ store: 'pipe', format: FORMAT })}\n`);
  renameSync(temporary, layout.marker);
}

function makeRoot({ root }: Layout): void {
  try {
    makeFolder(root);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EACCES', 'EPERM', 'EINVAL', 'ENOTDIR', 'EEXIST', 'ELOOP')) throw error;
    throw new EnvironmentError(`The artifacts directory ${root} cannot be created (${error.code}).`, {
      hint: 'Choose another place with --artifacts DIR.',
      cause: error,
    });
  }
}

function refuseLaterFormat(text: string, { root }: Layout): void {
  const value = parseJson(text);
  const format = isJsonObject(value) ? value['format'] : undefined;
  if (typeof format !== 'number' || format <= FORMAT) return;
  throw new EnvironmentError(
    `The artifact store ${root} has format ${format}, but this version of pipe uses format ${FORMAT}.`,
    {
      hint: 'Use the version of pipe that created it, or choose another folder with --artifacts DIR.',
    },
  );
}

type Fits = (entry: Dirent, folder: string) => boolean;

const named =
  (pattern: RegExp): Fits =>
  ({ name }) =>
    pattern.test(name);

const shards =
  (pattern: RegExp): Fits =>
  (entry, folder) =>
    entry.isDirectory() &&
    storeNames.shard.test(entry.name) &&
    entriesIn(join(folder, entry.name)).every(({ name }) => pattern.test(name) && name.startsWith(entry.name));

/** The names that each folder of a store may contain. */
const CONTENTS: Readonly<Record<string, Fits>> = {
  objects: shards(storeNames.digest),
  records: shards(storeNames.recordOrEnvelope),
  views: shards(storeNames.view),
  damaged: named(storeNames.digest),
  checkpoints: named(storeNames.checkpoints),
  ends: named(storeNames.digest),
  logs: named(storeNames.digest),
  failed: named(storeNames.failed),
  runs: named(storeNames.run),
  states: named(storeNames.shard),
  'file-digests': named(storeNames.shard),
  locks: named(storeNames.lock),
  tmp: named(storeNames.session),
};

/** The first file in a folder that does not belong in a store, as a clause; undefined if there is none. */
function foreignIn(entries: readonly Dirent[], { root, reserve }: Layout): string | undefined {
  for (const entry of entries) {
    const fits = CONTENTS[entry.name];
    if (entry.name === 'reserve' && isReserve(reserve)) continue;
    if (fits === undefined || !entry.isDirectory()) return `it contains ${entry.name}`;
    const folder = join(root, entry.name);
    const other = entriesIn(folder).find((inner) => !fits(inner, folder));
    if (other !== undefined) return `it contains ${entry.name}/${other.name}`;
  }
  return undefined;
}

/** Neither objects nor records exist, but every store has some. */
function missingIn(entries: readonly Dirent[]): string | undefined {
  const isStore = entries.some(({ name }) => name === 'objects' || name === 'records');
  return isStore ? undefined : `it contains ${entries[0]?.name} but neither objects nor records`;
}
