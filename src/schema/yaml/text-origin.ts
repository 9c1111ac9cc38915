import { LineCounter } from 'yaml';
import type { Origin } from '../../problem/problem.ts';

/** Where a piece of text comes from: turns offsets in it into origins. */
export interface TextOrigin {
  at(offset: number, length: number): Origin;
}

/** The text of a file. */
export function originInFile(file: string, text: string): TextOrigin {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  return {
    at(offset, length) {
      const { line, col } = lines.linePos(Math.min(offset, text.length));
      return { file, line, column: col, length };
    },
  };
}

/** A part of an option of the command line; `start` is the part's offset in the option as it was typed. */
export function originInOption(option: string, start: number): TextOrigin {
  return { at: (offset, length) => ({ option, column: start + offset + 1, length }) };
}
