import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../disk/codes.ts';

/** The names that the store gives. Whatever else lies in its folders is somebody's, and is passed over. */
export const storeNames = {
  shard: /^[0-9a-f]{2}$/,
  digest: /^[0-9a-f]{64}$/,
  record: /^[0-9a-f]{64}\.json$/,
  /** A record, or the signed envelope beside it. */
  recordOrEnvelope: /^[0-9a-f]{64}\.(json|dsse)$/,
  view: /^[0-9a-f]{64}(\.tree)?$/,
  /** With the copy of another's end that is on its way there. */
  checkpoints: /^[0-9a-f]{64}(\.copy)?$/,
  /** When it was kept, and the beginning of its key. */
  failed: /^\d{13}-[0-9a-f]{12}$/,
  run: /^\d{8}-\d{6}(-\d+)?$/,
  lock: /^([0-9a-f]{64}|upkeep)(\.[0-9a-f]{16})?$/,
  /** That of a process, so that a folder with nothing in it yet says whose it is, and what `mkdtemp` adds. */
  session: /^(\d+-\d*-[0-9a-f]{8})-[A-Za-z0-9]{6}$/,
} as const;

/** What file managers, version control and servers leave in any folder, and people beside a store. */
const FOREIGN =
  /^(\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.directory|\.nfs.*|\.fuse_hidden.*|\.git(ignore|attributes|keep)|README(\.\w+)?|CACHEDIR\.TAG|lost\+found)$/i;

/** Names in a folder that fit; none if there is no folder. */
export function namesIn(folder: string, pattern: RegExp): readonly string[] {
  return (ifThere(() => readdirSync(folder)) ?? []).filter((name) => pattern.test(name));
}

/** Names in the folders that a folder is split into; each begins with the name of the folder it is in. */
export function namesInShards(folder: string, pattern: RegExp): readonly string[] {
  return namesIn(folder, storeNames.shard).flatMap((shard) =>
    namesIn(join(folder, shard), pattern).filter((name) => name.startsWith(shard)),
  );
}

/** What is in a folder, but for what is left in any folder. */
export function entriesIn(folder: string): readonly Dirent[] {
  return (ifThere(() => readdirSync(folder, { withFileTypes: true })) ?? []).filter(({ name }) => !FOREIGN.test(name));
}
