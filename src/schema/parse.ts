import { Composer, type CST, Parser, type YAMLError } from 'yaml';
import type { Node } from './node.ts';
import type { Place } from './place.ts';
import type { ProblemList } from './problem-list.ts';
import { syntaxHint } from './syntax-hint.ts';
import { tokensBelow, unclosed } from './tokens.ts';
import { deepest, tooDeep, YamlReader } from './yaml-reader.ts';

/** Longer than any text a person writes: an image or an archive given by mistake. */
const mostCharacters = 16 * 1024 * 1024;

/**
 * Reads one YAML 1.2 document (core schema) into nodes with places; what YAML allows and JSON cannot carry is a problem.
 * Undefined where the text is empty or cannot be read at all, which is then reported.
 */
export function parseYaml(text: string, place: Place, problems: ProblemList): Node | undefined {
  const refuse = (message: string, offset: number, length: number, hint?: string) => {
    problems.add(message, place.at(offset, length), { hint });
    return undefined;
  };
  if (text.length > mostCharacters || text.includes('\0')) {
    return refuse('this is not a YAML file', 0, 1, 'it is too large, or holds bytes that are not text');
  }
  // The parser keeps a stack of its own, but the composer recurses: what nests too deep must not reach it.
  const tokens = [...new Parser().parse(text)];
  for (const { token, depth } of tokensBelow(tokens)) {
    if (depth > deepest) return refuse(tooDeep, token.offset, 1);
  }
  const composer = new Composer({ intAsBigInt: true, uniqueKeys: false, logLevel: 'silent' });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  const mistake = document?.errors[0] ?? document?.warnings.find((warning) => warning.code === 'BAD_DIRECTIVE');
  if (mistake) {
    reportSyntax(mistake, tokens, text, place, problems);
    return undefined;
  }
  if (another) return refuse('a second document begins here', another.range[0], 3, 'keep one document per file');
  if (document?.directives?.yaml.version === '1.1') {
    return refuse('YAML 1.1 reads some values differently', 0, 1, 'leave out the %YAML line');
  }
  if (!document?.contents) return refuse('there is nothing in it', 0, 1);
  return new YamlReader(text, place, problems).node(document.contents);
}

/** Reports the first syntax error of a text: those after it are mostly echoes of it. */
function reportSyntax(
  mistake: YAMLError,
  tokens: readonly CST.Token[],
  text: string,
  place: Place,
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
