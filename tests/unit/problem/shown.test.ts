import { describe, expect, test } from 'vitest';
import { bounded, brief, quoted } from '../../../src/problem/quote.ts';
import { shown, shownData, shownLine } from '../../../src/problem/shown.ts';

describe('text that is not our own', () => {
  test('shows each control character as its picture, and leaves line breaks and tabs', () => {
    expect(shown('a\u001b[31mb\u0007\r\0\b\u007f\n\tc')).toBe('a␛[31mb␇␍␀␈␡\n\tc');
    expect(shownLine('a\nb\tc')).toBe('a␊b␉c');
  });

  test('shows C1 controls and what turns the direction of writing as marks, one for each character', () => {
    const steering = '\u009b\u0085\u202e\u202a\u2066\u2069\u200e\u200f\u061c\u2028\u2029';
    expect(shown(steering)).toBe('\ufffd'.repeat(steering.length));
  });

  test('leaves every other text as it is', () => {
    const text = 'größe 画像 مرحبا שלום 👩‍👩‍👧 e\u0301 \u00a0';
    expect(shown(text)).toBe(text);
  });

  test('of a value, in names and values at any depth', () => {
    const value = { 'a\u001b': ['x\u0007', { b: 'c\nd', n: 1, none: null, gone: undefined }], yes: true };
    expect(shownData(value)).toEqual({ 'a␛': ['x␇', { b: 'c\nd', n: 1, none: null, gone: undefined }], yes: true });
  });
});

describe('text in a message', () => {
  test('is quoted whole where it is short, else by its beginning', () => {
    expect(quoted('a "b"\n')).toBe('"a \\"b\\"\\n"');
    expect(quoted('x'.repeat(1e6))).toHaveLength(59);
    expect(quoted(`${'x'.repeat(55)}😀${'x'.repeat(50)}`)).toBe(`"${'x'.repeat(55)}…"`);
    expect(brief('a\n  b')).toBe('a b');
    expect(brief('x'.repeat(1e6))).toBe(`${'x'.repeat(59)}…`);
  });

  test('never makes the message a flood', () => {
    const message = `first\n${'x'.repeat(1e6)}end\nlast`;
    const lines = bounded(message).split('\n');
    expect(lines.map((line) => line.length < 1000)).toEqual([true, true, true]);
    expect(lines[1]).toMatch(/^x+ … x+end$/u);
    expect(bounded('line\n'.repeat(1e5)).split('\n').length).toBeLessThan(300);
    expect(bounded('short')).toBe('short');
  });
});
