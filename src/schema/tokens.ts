import type { CST } from 'yaml';

/** Every token below those given, with its depth; walked without recursion, so that no nesting is too deep for it. */
export function* tokensBelow(roots: readonly CST.Token[]): Generator<{ token: CST.Token; depth: number }> {
  const left = roots.map((token) => ({ token, depth: 0 })).reverse();
  for (let next = left.pop(); next; next = left.pop()) {
    yield next;
    const { token, depth } = next;
    if (token.type === 'document' && token.value) left.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items.toReversed()) {
      if (value) left.push({ token: value, depth: depth + 1 });
      if (key) left.push({ token: key, depth: depth + 1 });
    }
  }
}

/** The offset of the first bracket or quote that is never closed. */
export function unclosed(roots: readonly CST.Token[]): { offset: number; what: 'bracket' | 'quote' } | undefined {
  for (const { token } of tokensBelow(roots)) {
    const isQuote = token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar';
    if (isQuote && (token.source.length < 2 || token.source.at(-1) !== token.source[0])) {
      return { offset: token.offset, what: 'quote' };
    }
    const isBracket = token.type === 'flow-collection';
    if (isBracket && !token.end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')) {
      return { offset: token.offset, what: 'bracket' };
    }
  }
  return undefined;
}
