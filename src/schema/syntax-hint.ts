import type { ErrorCode } from 'yaml';

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

/** What to do about a syntax error at `offset`, where its kind tells. */
export function syntaxHint(code: ErrorCode, text: string, offset: number): string | undefined {
  const atReference = text.startsWith('${', offset - 1) || text.startsWith('${', offset);
  if (atReference) return 'inside { } and [ ] a reference needs quotes: "${params.name}"';
  return hints[code];
}
