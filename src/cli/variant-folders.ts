import { createHash } from 'node:crypto';

/** Short enough for every file system, and for a path of several folders. */
const longestName = 100;

/**
 * A folder's name for each variant of a stage, in the order given: `student{temperature=4}` as it is; where a swept value has other characters
 * than letters, digits and a few signs, or many, its beginning and a digest of the whole. No name leads out of its folder, and no two are one, on
 * file systems that do not tell upper from lower case too.
 */
export function variantFolders(ids: readonly string[]): readonly string[] {
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
