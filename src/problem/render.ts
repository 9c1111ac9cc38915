import type { Origin, Problem } from './problem.ts';

const shownProblems = 20;
const indent = '    ';
/** Source lines longer than this are cut around the place that is meant. */
const widestLine = 110;

/** Says every problem with its place, the line it lies in and its hint; after the first 20, how many more there are. */
export function renderProblems(
  problems: readonly Problem[],
  sources: ReadonlyMap<string, string>,
  limit: number = shownProblems,
): string {
  const texts = problems.slice(0, limit).map((problem) => renderProblem(problem, sources));
  const more = problems.length - texts.length;
  if (more > 0) texts.push(`and ${more} more ${more === 1 ? 'problem' : 'problems'}`);
  return texts.join('\n\n');
}

/** Says one problem: `path:line:column  message`, the source line, a squiggle under what is meant, and the hint. */
export function renderProblem(problem: Problem, sources: ReadonlyMap<string, string>): string {
  const lines = [`${renderOrigin(problem.origin)}  ${printable(problem.message)}`, ...excerpt(problem.origin, sources)];
  if (problem.hint !== undefined) lines.push(`${indent}hint: ${printable(problem.hint)}`);
  return lines.join('\n');
}

/** The place in the form editors and terminals can follow (`path:line:column`), or the option as it was typed. */
export function renderOrigin(origin: Origin): string {
  return printable('file' in origin ? `${origin.file}:${origin.line}:${origin.column}` : origin.option);
}

function excerpt(origin: Origin, sources: ReadonlyMap<string, string>): string[] {
  if (!('file' in origin)) {
    const column = origin.column ?? 1;
    return [squiggle(origin.option, column - 1, origin.length ?? origin.option.length - column + 1)];
  }
  const line = sources.get(origin.file)?.split('\n')[origin.line - 1]?.trimEnd();
  if (line === undefined || line === '') return [];
  const { text, start } = cut(line, origin.column - 1);
  return [`${indent}${printable(text)}`, `${indent}${squiggle(text, start, origin.length ?? 1)}`];
}

/** Leaves out a line's indentation and, of a long line, what is far from `start`. */
function cut(line: string, start: number): { text: string; start: number } {
  const indentation = Math.min(line.length - line.trimStart().length, start);
  const text = line.slice(indentation);
  const at = start - indentation;
  if (text.length <= widestLine) return { text, start: at };
  const from = Math.max(0, Math.min(at - Math.floor(widestLine / 3), text.length - widestLine));
  const head = from > 0 ? '…' : '';
  const tail = from + widestLine < text.length ? '…' : '';
  return { text: `${head}${text.slice(from, from + widestLine)}${tail}`, start: at - from + head.length };
}

/** Characters a terminal draws two columns wide. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** Tildes under `length` characters of `text` from `start`, never past its end; tabs before them stay tabs. */
function squiggle(text: string, start: number, length: number): string {
  const before = text.slice(0, start).replaceAll(/[^\t]/gu, (character) => (wide.test(character) ? '  ' : ' '));
  const width = Math.max(1, Math.min(length, text.length - start));
  return before + '~'.repeat(width);
}

/** Shows control characters as a mark, so that a file cannot steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\t' ? character : '\u{fffd}',
  );
}
