import type { Entry, ListNode } from './document-node.ts';
import type { ProblemList } from './problem-list.ts';
import { parseYaml } from './yaml/parse.ts';
import { originInOption } from './yaml/text-origin.ts';

/** A path of the document, and the value that an option sets there. */
export interface Assignment {
  readonly path: readonly string[];
  readonly entry: Entry;
}

/** Reads `--set path=value`; the value is a YAML scalar, list or object. Undefined if it cannot be read, which is reported. */
export function readSet(text: string, problems: ProblemList): Assignment | undefined {
  const option = `--set ${text}`;
  const split = splitAssignment(option, text, 'params.temperature=4', problems);
  if (!split) return undefined;
  const value = parseYaml(split.value, originInOption(option, split.start), problems);
  return value && { path: split.path, entry: { key: split.key, value } };
}

/** Reads `--sweep path=a,b,c`; each value is a YAML scalar, list or object. Undefined if it cannot be read, which is reported. */
export function readSweep(
  text: string,
  problems: ProblemList,
): { name: string; key: Entry['key']; values: ListNode } | undefined {
  const option = `--sweep ${text}`;
  const split = splitAssignment(option, text, 'params.temperature=1,4,10', problems);
  if (!split) return undefined;
  const values = parseYaml(`[${split.value}]`, originInOption(option, split.start - 1), problems);
  return values?.kind === 'list' ? { name: split.path.join('.'), key: split.key, values } : undefined;
}

function splitAssignment(option: string, text: string, example: string, problems: ProblemList) {
  const at = text.indexOf('=');
  const start = option.length - text.length;
  const hint = `write it as path=value, for example ${example}`;
  const path = text.slice(0, Math.max(0, at)).split('.');
  if (at < 0 || path.some((step) => step.trim() === '')) {
    problems.add('expected path=value', { option, column: start + 1, length: Math.max(1, text.length) }, { hint });
    return undefined;
  }
  const unreadable = text.indexOf('\ufffd');
  if (unreadable >= 0) {
    const origin = { option, column: start + unreadable + 1, length: 1 };
    problems.add('this option has bytes that are not UTF-8 text', origin, {
      hint: 'use a terminal and a shell that write UTF-8, or write the value into an overlay',
    });
    return undefined;
  }
  const value = text.slice(at + 1);
  const key = { option, column: start + 1, length: at };
  if (value.trim() === '') {
    const wanted = 'null removes the key, "" is empty text';
    problems.add(
      `the value for ${path.join('.')} is missing`,
      { option, column: option.length + 1, length: 1 },
      { hint: wanted },
    );
    return undefined;
  }
  return { path, value, key, start: start + at + 1 };
}
