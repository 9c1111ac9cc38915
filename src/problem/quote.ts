/** How much of a foreign text a message shows: enough to recognize it. */
const mostCharacters = 60;

/** A text as messages show it inside a sentence: on one line, at most about 60 characters. */
export function brief(text: string, most: number = mostCharacters): string {
  // Cut first: a message about a text of 100 MB must not need a hundred megabytes.
  const start = text.slice(0, most + 1).replaceAll(/\s+/gu, ' ');
  return text.length > most ? `${wholeCharacters(start.slice(0, most - 1))}…` : start.trim();
}

/** A text as messages quote it: in double quotes, escaped as in JSON, at most about 60 characters. */
export function quoted(text: string): string {
  return text.length > mostCharacters
    ? `${JSON.stringify(wholeCharacters(text.slice(0, mostCharacters - 4))).slice(0, -1)}…"`
    : JSON.stringify(text);
}

const longestLine = 1000;

/** A message with each of its lines short enough to read, whatever text it contains. */
export function bounded(message: string): string {
  const isShort = message.length <= longestLine;
  return isShort ? message : message.split('\n').slice(0, mostLines).map(boundedLine).join('\n');
}

/** More lines than any of our messages has; the last lines of a stage are a few. */
const mostLines = 200;

function boundedLine(line: string): string {
  if (line.length <= longestLine) return line;
  const [head, tail] = [line.slice(0, (longestLine * 2) / 3), line.slice(-longestLine / 4)];
  return `${wholeCharacters(head)} … ${tail.replace(/^[\udc00-\udfff]/u, '')}`;
}

/** Without the first half of a surrogate pair at its end, which cutting can leave. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/u, '');
}
