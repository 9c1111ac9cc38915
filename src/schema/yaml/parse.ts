import { Composer, type CST, type ErrorCode, Parser, type YAMLError } from 'yaml';
import type { DocumentNode } from '../document-node.ts';
import type { ProblemList } from '../problem-list.ts';
import { deepest, mostValues, tooDeep, YamlReader } from './reader.ts';
import type { TextOrigin } from './text-origin.ts';

/** Longer than any text that people write: an image or an archive given by mistake. */
const mostCharacters = 16 * 1024 * 1024;
/** The number of tokens that the largest allowed document can have, including keys and collections. */
const mostTokens = 4 * mostValues;

/**
 * Reads one YAML 1.2 document (core schema) into nodes with places. What YAML allows but JSON cannot represent is a problem. Undefined if
 * the text is empty or cannot be read at all, which is reported.
 */
export function parseYaml(text: string, place: TextOrigin, problems: ProblemList): DocumentNode | undefined {
  const refuse = (message: string, offset: number, length: number, hint?: string) => {
    problems.add(message, place.at(offset, length), { hint });
    return undefined;
  };
  if (text.length > mostCharacters || text.includes('\0')) {
    return refuse('this is not a YAML file', 0, 1, 'it is too large, or contains bytes that are not text');
  }
  // The parser uses its own stack, but the composer is recursive: documents that are nested too deeply must not reach it.
  const tokens = [...new Parser().parse(text)];
  let count = 0;
  for (const { token, depth } of tokensBelow(tokens)) {
    if (depth > deepest) return refuse(tooDeep, token.offset, 1);
    count += 1;
    if (count > mostTokens) return refuse(`there are more than ${mostValues} values`, token.offset, 1);
  }
  const composer = new Composer({ intAsBigInt: true, uniqueKeys: false, logLevel: 'silent' });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  const mistake = document?.errors[0] ?? document?.warnings.find((warning) => warning.code === 'BAD_DIRECTIVE');
  if (mistake) {
    reportSyntax(mistake, tokens, text, place, problems);
    return undefined;
  }
  if (another) return refuse('a second document starts here', another.range[0], 3, 'keep one document per file');
  if (document?.directives?.yaml.version === '1.1') {
    return refuse('YAML 1.1 reads some values differently', 0, 1, 'remove the %YAML line');
  }
  if (!document?.contents) return refuse('the file is empty', 0, 1);
  return new YamlReader(text, place, problems).node(document.contents);
}

/** Reports the first syntax error of a text: those after it are mostly echoes of it. */
function reportSyntax(
  mistake: YAMLError,
  tokens: readonly CST.Token[],
  text: string,
  place: TextOrigin,
  problems: ProblemList,
): void {
  const [start, end] = mistake.pos;
  const open = unclosed(tokens);
  if (open && open.offset <= start) {
    problems.add(`this ${open.what} is never closed`, place.at(open.offset, 1));
    return;
  }
  const words = mistake.message.split('\n')[0]!;
  const message = `this is not valid YAML: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  problems.add(message, place.at(start, end - start), { hint: syntaxHint(mistake.code, text, start) });
}

const quote = 'put text with special characters, such as ": " or a leading @, in quotes';

const hints: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'in single quotes a backslash is an ordinary character',
  BAD_INDENT: 'look for a bracket or quote that is not closed, or a line that is not indented like its neighbours',
  BAD_SCALAR_START: 'put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put text with ": " in quotes; indent keys of one object alike',
  BLOCK_IN_FLOW: 'inside { } and [ ] use { key: value } and [a, b]',
  MISSING_CHAR: 'look for a quote, bracket, comma or colon that is missing',
  MULTILINE_IMPLICIT_KEY: 'write "key: value", the key and its colon on one line',
  TAB_AS_INDENT: 'indent with spaces',
  UNEXPECTED_TOKEN: quote,
};

/** What to do about a syntax error at `offset`, if its kind tells. */
function syntaxHint(code: ErrorCode, text: string, offset: number): string | undefined {
  const atReference = text.startsWith('${', offset - 1) || text.startsWith('${', offset);
  if (atReference) return 'inside { } and [ ] a reference needs quotes: "${params.name}"';
  return hints[code];
}

/** Every token below the given ones, with its depth; without recursion, so any depth works. */
function* tokensBelow(roots: readonly CST.Token[]): Generator<{ token: CST.Token; depth: number }> {
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
function unclosed(roots: readonly CST.Token[]): { offset: number; what: 'bracket' | 'quote' } | undefined {
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
