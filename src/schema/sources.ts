import { isUtf8 } from 'node:buffer';
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
  /** `path=a,b,c` each; replaces the document's own sweep of that path. */
  readonly sweeps: readonly string[];
}

/** The text of each file. */
export type Texts = ReadonlyMap<string, string>;

type ReadBytes = (path: string) => Promise<Uint8Array>;

/** Reads every file; those that cannot be read are reported and absent. */
export async function readTexts(names: SourceNames, readBytes: ReadBytes, problems: ProblemList): Promise<Texts> {
  const files: [file: string, origin: Origin][] = [
    [names.file, { option: names.file }],
    ...names.overlays.map((file): [string, Origin] => [file, overlayOrigin(file)]),
  ];
  const texts = await Promise.all(
    files.map(async ([file, origin]) => [file, await readSource(file, origin, readBytes, problems)] as const),
  );
  return new Map(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text]])));
}

/** The order in which problems are shown: the file, the overlays, the options. */
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
  readBytes: ReadBytes,
  problems: ProblemList,
): Promise<string | undefined> {
  try {
    return decode(await readBytes(file), file, problems);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    problems.add(`${file} cannot be read: ${reasons[String(error.code)] ?? error.code}`, origin);
    return undefined;
  }
}

/**
 * The text of a file. If it is not UTF-8, that is reported with its place, and the result serves only to show the line: if invalid bytes
 * were replaced, two different files could become the same text.
 */
function decode(bytes: Uint8Array, file: string, problems: ProblemList): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString();
  if (isUtf8(bytes)) return text.replace(/^\ufeff/u, '');
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    problems.add('this file is UTF-16', { file, line: 1, column: 1 }, { hint: 'save it as UTF-8' });
    return undefined;
  }
  const at = firstReplaced(text, buffer);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const byte = buffer[Buffer.byteLength(before)]!.toString(16).padStart(2, '0');
  const origin = { file, line, column: at - before.lastIndexOf('\n'), length: 1 };
  problems.add(`this is not UTF-8 text: the byte 0x${byte} is invalid here`, origin, {
    hint: 'save the file as UTF-8; it may be in Latin-1 or Windows-1252',
  });
  return text;
}

/** The position in a leniently decoded text of the first character that does not match the bytes. */
function firstReplaced(text: string, bytes: Buffer): number {
  const replacement = Buffer.from('\ufffd');
  let [at, offset] = [0, 0];
  for (;;) {
    const next = text.indexOf('\ufffd', at);
    offset += Buffer.byteLength(text.slice(at, next));
    if (next < 0 || !bytes.subarray(offset, offset + replacement.length).equals(replacement)) return Math.max(0, next);
    offset += replacement.length;
    at = next + 1;
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
