import { createHash } from 'node:crypto';

/** Short enough for every file system, and for a path of several folders. */
const longestName = 100;

/**
 * The name of a file or folder for each id, in the given order: `student{temperature=4}` unchanged; if a swept value is long or has
 * characters other than letters, digits and a few symbols, its beginning and a digest of the whole. No name leads out of its folder, and no
 * two are equal, even on file systems that ignore case.
 */
export function safeNames(ids: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const plain = id.replaceAll(/[^\w{}=,.+"-]/gu, '_');
    const isPlain = plain === id && id.length <= longestName && /^\w/u.test(id) && !taken.has(id.toLowerCase());
    const name = isPlain ? id : `${plain.replace(/^[^\w]*/u, '').slice(0, longestName)}-${digestOf(id)}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}
