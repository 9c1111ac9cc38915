import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import { StageError } from '../../problem/errors.ts';
import { canonicalJson } from '../key/canonical-json.ts';
import { storeNames } from './names.ts';

/** One file of a directory output. */
export interface ManifestEntry {
  /** Relative to the directory, with `/` between names. */
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
  readonly executable: boolean;
}

const MANIFEST_FORMAT = 1;

/** Canonical text of a directory's content, its files sorted by path (UTF-16 code units); its sha256 is the directory's digest. */
export function manifestText(entries: readonly ManifestEntry[]): string {
  const files = entries
    .map(({ path, digest, bytes, executable }) => ({ path, digest, bytes, executable }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return canonicalJson({ format: MANIFEST_FORMAT, files });
}

/** The files that a manifest lists; undefined if the text is not a manifest. */
export function parseManifest(text: string): readonly ManifestEntry[] | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value) || value['format'] !== MANIFEST_FORMAT) return undefined;
  const files: unknown = value['files'];
  return Array.isArray(files) && files.every(isEntry) ? files : undefined;
}

function isEntry(value: unknown): value is ManifestEntry {
  const { path, digest, bytes, executable } = (value ?? {}) as Record<keyof ManifestEntry, unknown>;
  return (
    typeof path === 'string' &&
    path.split('/').every((name) => name !== '' && name !== '.' && name !== '..') &&
    typeof digest === 'string' &&
    storeNames.digest.test(digest) &&
    Number.isSafeInteger(bytes) &&
    typeof executable === 'boolean'
  );
}

/** Relative paths of all files below a directory; anything that is neither a file nor a directory is an error of the stage. */
export function filesUnder(root: string, output: string): readonly string[] {
  const files: string[] = [];
  const visit = (relative: string) => {
    for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && !entry.name.includes('\uFFFD')) files.push(path);
      else throw refusal(entry, path, output);
    }
  };
  visit('');
  return files;
}

function refusal(entry: Dirent, path: string, output: string): StageError {
  if (entry.isSymbolicLink()) {
    return new StageError(`Output "${output}" contains a symlink, ${path}.`, {
      hint: 'An output cannot be a symlink: copy the file that it points to.',
    });
  }
  return entry.isFile()
    ? new StageError(`Output "${output}" contains a file whose name is not UTF-8: ${path}.`, { hint: 'Rename it.' })
    : new StageError(`Output "${output}" contains ${path}, which is neither a file nor a directory.`, {
        hint: 'Write regular files only: no sockets, pipes or devices.',
      });
}
