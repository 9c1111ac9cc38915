import { isWellFormed } from '../../json/exact.ts';

/** The maximum depth of the format's own reader (serde_json). */
const deepest = 127;

/** An object or list that is not closed yet; for an object, its names so far. */
interface Open {
  readonly names: Set<string> | undefined;
  isNameNext: boolean;
}

/**
 * The first thing in a JSON text that `JSON.parse` accepts and the format's own reader refuses: a repeated name in one object, a number in
 * another form than a plain integer's, half of a surrogate pair, too deep nesting. Undefined if there is no such thing.
 * @param text that `JSON.parse` accepts. Our own code, without recursion, because a header may have 100 MB.
 */
export function looseness(text: string): string | undefined {
  const open: Open[] = [];
  for (let at = 0; at < text.length; ) {
    const inner = open.at(-1);
    const character = text[at]!;
    if (character === '"') {
      const end = closingQuote(text, at);
      const value = JSON.parse(text.slice(at, end + 1)) as string;
      if (!isWellFormed(value)) return 'has half of a surrogate pair in a name or a text';
      if (inner?.names && inner.isNameNext) {
        if (inner.names.has(value)) return 'repeats a name in one object';
        inner.names.add(value);
        inner.isNameNext = false;
      }
      at = end + 1;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, at);
      if (!/^\d+$/u.test(text.slice(at, Math.min(end, at + 24))))
        return 'has a number that is not written as a plain integer';
      at = end;
    } else {
      if (character === '{' || character === '[') {
        if (open.length === deepest) return `nests values more than ${deepest} levels deep`;
        open.push({ names: character === '{' ? new Set() : undefined, isNameNext: true });
      } else if (character === '}' || character === ']') open.pop();
      else if (character === ',' && inner) inner.isNameNext = true;
      at += 1;
    }
  }
  return undefined;
}

function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && /[\d.eE+-]/u.test(text[end]!)) end += 1;
  return end;
}
