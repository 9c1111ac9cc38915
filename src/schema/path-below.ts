/** Why a path cannot be used, and what to write instead: a clause that completes "PATH …". */
export interface PathIssue {
  readonly message: string;
  readonly hint: string;
}

/** What Linux and macOS allow for one name, in bytes of UTF-8. */
const longestName = 255;
/** Far below the 4,096 bytes of a whole path: the folder that the path is laid out in comes before it. */
const longestPath = 2048;

/**
 * Why a path does not name something strictly below the folder it is relative to; undefined if it does.
 * The one check for every path that pipe lays out, takes, or names a file by: what passes stays inside its folder, and fits one line.
 */
export function whyNotBelow(path: string): PathIssue | undefined {
  const relative = 'write it relative to the folder of the stage, such as out/table.csv';
  if (path === '') return { message: 'is empty', hint: relative };
  if (/\p{Cc}/u.test(path)) return { message: 'has a control character, such as a line break', hint: 'remove it' };
  if (path.startsWith('/')) return { message: 'is an absolute path', hint: relative };
  if (path.split('/').includes('..')) return { message: 'leaves the folder through ".."', hint: relative };
  const names = namesOf(path);
  if (names.length === 0) return { message: 'is the folder itself', hint: 'name a file or a folder in it' };
  const isTooLong =
    Buffer.byteLength(path) > longestPath || names.some((name) => Buffer.byteLength(name) > longestName);
  return isTooLong
    ? { message: 'is too long', hint: `one name has at most ${longestName} bytes, a whole path ${longestPath}` }
    : undefined;
}

/** Whether one path is the other, or lies inside it: the two cannot both be laid out. `a`, `./a` and `a/` are the same path. */
export function isWithin(inner: string, outer: string): boolean {
  const [names, above] = [namesOf(inner), namesOf(outer)];
  return above.every((name, at) => name === names[at]);
}

/** A path without `.`, double slashes and a slash at its end. */
export function plainPath(path: string): string {
  return namesOf(path).join('/');
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
