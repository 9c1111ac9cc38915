import type { Origin, Problem } from './problem.ts';
import { bounded } from './quote.ts';
import { shown } from './shown.ts';

const shownProblems = 20;
const indent = '    ';
/** Longer source lines are cut around the relevant place. */
const widestLine = 110;

/** Renders every problem with its place, its line and its hint; after the first 20, only the number of the rest. */
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

/** Renders one problem: `path:line:column  message`, the source line, a squiggle under the relevant part, and the hint. */
export function renderProblem(problem: Problem, sources: ReadonlyMap<string, string>): string {
  const { origin, message, hint } = problem;
  const lines = [`${shownOrigin(origin).text}  ${shown(bounded(message))}`, ...excerpt(origin, sources)];
  if (hint !== undefined) lines.push(`${indent}hint: ${shown(bounded(hint))}`);
  return lines.join('\n');
}

/** The place in the form that editors and terminals can follow (`path:line:column`), or the option as typed. */
export function renderOrigin(origin: Origin): string {
  return shownOrigin(origin).text;
}

/** The place, and for an option the start of the relevant part: of a long option, only that part is shown. */
function shownOrigin(origin: Origin): { text: string; start: number } {
  if ('file' in origin) return { text: shown(`${origin.file}:${origin.line}:${origin.column}`), start: 0 };
  const { option, column = 1 } = origin;
  const { text, start } =
    option.length > 2 * widestLine ? cut(option, column - 1) : { text: option, start: column - 1 };
  return { text: shown(text), start };
}

function excerpt(origin: Origin, sources: ReadonlyMap<string, string>): string[] {
  if (!('file' in origin)) {
    const { text, start } = shownOrigin(origin);
    return [squiggle(text, start, origin.length ?? text.length - start)];
  }
  const line = sources.get(origin.file)?.split('\n')[origin.line - 1]?.trimEnd();
  if (line === undefined || line === '') return [];
  const { text, start } = cut(line, origin.column - 1);
  return [`${indent}${shown(text)}`, `${indent}${squiggle(text, start, origin.length ?? 1)}`];
}

/** Removes the indentation of a line and, from a long line, what is far from `start`. */
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

/** Characters that a terminal draws two columns wide. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** Tildes under `length` characters of `text` from `start`, never past its end; tabs before them are kept. */
function squiggle(text: string, start: number, length: number): string {
  const before = text.slice(0, start).replaceAll(/[^\t]/gu, (character) => (wide.test(character) ? '  ' : ' '));
  const width = Math.max(1, Math.min(length, text.length - start));
  return before + '~'.repeat(width);
}
