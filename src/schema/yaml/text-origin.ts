import { LineCounter } from 'yaml';
import type { Origin } from '../../problem/problem.ts';

/** Where a text comes from: converts offsets in it to origins. */
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

/** A part of a command-line option; `start` is its offset in the option as typed. */
export function originInOption(option: string, start: number): TextOrigin {
  return { at: (offset, length) => ({ option, column: start + offset + 1, length }) };
}
