/** How much of a foreign text a message shows: enough to recognise it by. */
const mostCharacters = 60;

/** A text as a message shows it inside a sentence: on one line, and never longer than about 60 characters. */
export function brief(text: string, most: number = mostCharacters): string {
  // Cut first: a message about a text of 100 MB must not take a hundred megabytes.
  const start = text.slice(0, most + 1).replaceAll(/\s+/gu, ' ');
  return text.length > most ? `${wholeCharacters(start.slice(0, most - 1))}…` : start.trim();
}

/** A text as a message quotes it: in double quotes, escaped as in JSON, never longer than about 60 characters. */
export function quoted(text: string): string {
  return text.length > mostCharacters
    ? `${JSON.stringify(wholeCharacters(text.slice(0, mostCharacters - 4))).slice(0, -1)}…"`
    : JSON.stringify(text);
}

const longestLine = 1000;

/** A message with each of its lines short enough to be read: whatever a text in it holds, a message is no flood. */
export function bounded(message: string): string {
  const isShort = message.length <= longestLine;
  return isShort ? message : message.split('\n').slice(0, mostLines).map(boundedLine).join('\n');
}

/** More than any message of ours has; a stage's last words are a few. */
const mostLines = 200;

function boundedLine(line: string): string {
  if (line.length <= longestLine) return line;
  const [head, tail] = [line.slice(0, (longestLine * 2) / 3), line.slice(-longestLine / 4)];
  return `${wholeCharacters(head)} … ${tail.replace(/^[\udc00-\udfff]/u, '')}`;
}

/** Without the first half of a surrogate pair at its end, which cutting leaves. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/u, '');
}
