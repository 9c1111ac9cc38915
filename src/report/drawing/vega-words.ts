/** Longer messages are no longer read. */
const longest = 240;

/** What is wrong with a figure, in a sentence: messages of Vega contain whole specifications, and those of V8 need translation. */
export function drawingWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError && /JSON/u.test(message)) return `It is not JSON: ${sentence(message)}`;
  if (error instanceof RangeError) {
    return /call stack/u.test(message)
      ? 'Its parts are nested too deeply.'
      : `It needs more memory than a figure may have (${message}).`;
  }
  if (message.startsWith('Invalid specification')) {
    return 'It is not a Vega-Lite specification: one has a "mark", "layer", "facet", "repeat", "concat", "hconcat" or "vconcat".';
  }
  return sentence(message);
}

function sentence(message: string): string {
  const line = withoutData(message).replaceAll(/\s+/gu, ' ').trim();
  const cut = line.length > longest ? `${line.slice(0, longest)}…` : line;
  return /[.!?…]$/u.test(cut) ? cut : `${cut}.`;
}

/** A message without long pieces of JSON. */
function withoutData(message: string): string {
  return message.replaceAll(/\{[\s\S]{40,}\}|\[[\s\S]{40,}\]/gu, '{…}');
}
