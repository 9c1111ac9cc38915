import type { Origin } from '../problem/problem.ts';
import type { ProblemList } from './problem-list.ts';

/** The names of everything a pipeline is read from. */
export interface SourceNames {
  /** The pipeline's YAML file. */
  readonly file: string;
  /** Merge patches (RFC 7386) in YAML, applied in order. */
  readonly overlays: readonly string[];
  /** `path=value` each, applied after the overlays. */
  readonly sets: readonly string[];
  /** `path=a,b,c` each; takes the place of the document's own sweep of that path. */
  readonly sweeps: readonly string[];
}

/** The text of each file. */
export type Texts = ReadonlyMap<string, string>;

type ReadText = (path: string) => Promise<string>;

/** Reads every file; those that cannot be read are reported and absent. */
export async function readTexts(names: SourceNames, readText: ReadText, problems: ProblemList): Promise<Texts> {
  const files: [file: string, origin: Origin][] = [
    [names.file, { option: names.file }],
    ...names.overlays.map((file): [string, Origin] => [file, overlayOrigin(file)]),
  ];
  const texts = await Promise.all(
    files.map(async ([file, origin]) => [file, await readSource(file, origin, readText, problems)] as const),
  );
  return new Map(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text]])));
}

/** The order in which problems are told: the file, the overlays, the options. */
export function sourceOrder({ file, overlays, sets, sweeps }: SourceNames): readonly string[] {
  return [
    file,
    ...overlays.flatMap((overlay) => [overlay, `--overlay ${overlay}`]),
    ...sets.map((text) => `--set ${text}`),
    ...sweeps.map((text) => `--sweep ${text}`),
  ];
}

async function readSource(
  file: string,
  origin: Origin,
  readText: ReadText,
  problems: ProblemList,
): Promise<string | undefined> {
  try {
    return (await readText(file)).replace(/^\ufeff/u, '');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    problems.add(`${file} cannot be read: ${reasons[String(error.code)] ?? error.code}`, origin);
    return undefined;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of its path is not a directory',
};

function overlayOrigin(file: string): Origin {
  return { option: `--overlay ${file}`, column: '--overlay '.length + 1, length: file.length };
}
