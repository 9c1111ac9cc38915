import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { World } from '../../engine/definition.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import { declaredFiles } from '../declared/declared-files.ts';

/** `new URL('./words.txt', import.meta.url)` in a source: a file that the module will read. */
export interface FileReference {
  /** Absolute path of the source. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** Absolute path of the target. */
  readonly path: string;
}

const staticUrl = /new URL\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`$\\]+)`)\s*,\s*import\.meta\.url\s*,?\s*\)/gu;

/** The references in a source that can be found without running it. */
export function fileReferencesIn(source: string, text: string): readonly FileReference[] {
  return [...text.matchAll(staticUrl)].flatMap((match) => {
    const url = new URL(match[1] ?? match[2] ?? match[3] ?? '', pathToFileURL(source));
    if (url.protocol !== 'file:') return [];
    const before = text.slice(0, match.index).split('\n');
    return [{ source, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, path: fileURLToPath(url) }];
  });
}

/** What a module refers to without declaring it. */
export async function checkReferences(
  references: readonly FileReference[],
  files: readonly string[],
  { directory }: World,
): Promise<readonly ConfigIssue[]> {
  if (references.length === 0) return [];
  const declared = new Set(await declaredFiles(files, directory));
  return references.flatMap(({ source, line, column, path }) => {
    const [file, from] = [path, source].map((each) => relative(directory, each));
    if (declared.has(file!)) return [];
    const message = `${from}:${line}:${column} reads ${file}, which the stage does not declare`;
    return [
      { path: [], message, hint: `add '${file}' to its \`files\`; otherwise pipe does not notice when it changes` },
    ];
  });
}
