/** Why a path cannot be used, and what to write instead: a clause that completes "PATH …". */
export interface PathIssue {
  readonly message: string;
  readonly hint: string;
}

/** What Linux and macOS allow for one name, in bytes of UTF-8. */
const longestName = 255;
/** Far below the 4,096 bytes of a whole path, because the path of the folder comes before it. */
const longestPath = 2048;

/**
 * Why a path is not strictly below the folder that it is relative to; undefined if it is. The only check for every path that pipe creates,
 * collects or derives from a name: a valid path stays inside its folder, and fits on one line.
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

/** Whether one path equals the other, or is inside it: the two cannot both exist. `a`, `./a` and `a/` are the same path. */
export function isWithin(inner: string, outer: string): boolean {
  const [names, above] = [namesOf(inner), namesOf(outer)];
  return above.every((name, at) => name === names[at]);
}

/** A path without `.`, double slashes and a trailing slash. */
export function plainPath(path: string): string {
  return namesOf(path).join('/');
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
