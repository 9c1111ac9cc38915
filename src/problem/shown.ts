// Control characters, line and paragraph separators, and characters that change the writing direction (UAX 9).
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * A text made safe for a terminal or a page: characters that would control it become visible symbols. Line breaks and tabs stay. All
 * foreign text must go through here: output of commands, names, values, paths.
 */
export function shown(text: string): string {
  return text.replaceAll(steering, (character) =>
    character === '\n' || character === '\t' ? character : mark(character),
  );
}

/** The same on one line, for a name or a value inside a sentence or a table. */
export function shownLine(text: string): string {
  return text.replaceAll(steering, mark);
}

/** The value with every text in it `shown`, and every name on one line. */
export function shownData<Value>(value: Value): Value {
  return shownPart(value) as Value;
}

function shownPart(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(shownPart);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [shownLine(name), shownPart(part)]));
}

/** The text of a JSON value, with everything that would control a terminal escaped: JSON itself escapes only the first 32 characters. */
export function escaped(json: string): string {
  return json.replaceAll(steering, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Unicode has a symbol for each ASCII control character; the others get the replacement character. */
function mark(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
