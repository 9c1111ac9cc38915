import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../disk/codes.ts';

/** The names that the store uses. Other files in its folders belong to somebody else, and are ignored. */
export const storeNames = {
  shard: /^[0-9a-f]{2}$/,
  digest: /^[0-9a-f]{64}$/,
  record: /^[0-9a-f]{64}\.json$/,
  /** A record, or the signed envelope next to it. */
  recordOrEnvelope: /^[0-9a-f]{64}\.(json|dsse)$/,
  view: /^[0-9a-f]{64}(\.tree)?$/,
  /** Also a copy of another's final state on its way there. */
  checkpoints: /^[0-9a-f]{64}(\.copy)?$/,
  /** When it was kept, and the beginning of its key. */
  failed: /^\d{13}-[0-9a-f]{12}$/,
  run: /^\d{8}-\d{6}(-\d+)?$/,
  lock: /^([0-9a-f]{64}|upkeep)(\.[0-9a-f]{16})?$/,
  /** The name of a process, so that even an empty folder shows whose it is, and a random suffix. */
  session: /^(\d+-\d*-[0-9a-f]{8})-[A-Za-z0-9]{6}$/,
} as const;

/** Files that file managers, version control and servers create in any folder, and that people put next to a store. */
const FOREIGN =
  /^(\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.directory|\.nfs.*|\.fuse_hidden.*|\.git(ignore|attributes|keep)|README(\.\w+)?|CACHEDIR\.TAG|lost\+found)$/i;

/** Matching names in a folder; none if the folder does not exist. */
export function namesIn(folder: string, pattern: RegExp): readonly string[] {
  return (ifThere(() => readdirSync(folder)) ?? []).filter((name) => pattern.test(name));
}

/** Names in the folders that a folder is split into; each begins with the name of the folder it is in. */
export function namesInShards(folder: string, pattern: RegExp): readonly string[] {
  return namesIn(folder, storeNames.shard).flatMap((shard) =>
    namesIn(join(folder, shard), pattern).filter((name) => name.startsWith(shard)),
  );
}

/** The content of a folder, without the files that may be in any folder. */
export function entriesIn(folder: string): readonly Dirent[] {
  return (ifThere(() => readdirSync(folder, { withFileTypes: true })) ?? []).filter(({ name }) => !FOREIGN.test(name));
}
