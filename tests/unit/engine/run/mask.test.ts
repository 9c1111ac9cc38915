import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../../../src/engine/run/mask.ts';

const secret = `it's "p/w"+ü\n second line\\9`;
const mask = new Mask([secret]);

/** Forms in which programs write a text, by who writes so. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  verbatim: (text) => text,
  'JSON.stringify': (text) => JSON.stringify(text),
  'JSON in JSON': (text) => JSON.stringify({ line: JSON.stringify({ text }) }),
  'json.dumps of Python': (text) => JSON.stringify(text).replaceAll('ü', '\\u00fc'),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 of user:password': (text) => Buffer.from(`user:${text}`).toString('base64'),
  'base64 of user1:password, and more': (text) => Buffer.from(`user1:${text} and more`).toString('base64'),
  'base64 of a whole header': (text) => Buffer.from(`X-Key:  ${text}\r\n`).toString('base64'),
  encodeURIComponent: (text) => encodeURIComponent(text),
  'quote of Python': (text) => encodeURIComponent(text).replaceAll("'", '%27').replaceAll('%2F', '/'),
  'a form': (text) => new URLSearchParams({ text }).toString(),
  'percents in small letters': (text) => encodeURIComponent(text).toLowerCase(),
  'sh -x of dash': (text) => text.replaceAll("'", `'"'"'`),
  'sh -x of bash': (text) => text.replaceAll("'", `'\\''`),
};

/** What must not be found: pieces of the secret long enough to tell anything of it. */
const telling = ['second line', 'p/w', 'p%2Fw', 'cC93', 'wvdy', 'AvdyI'];

describe('a mask hides a secret with quotes and lines', () => {
  test.each(Object.entries(forms))('written as by %s', (_, write) => {
    const text = `before ${write(secret)} after`;
    const masked = mask.text(text);
    expect(masked).toContain('***');
    expect(masked.startsWith('before ') && masked.endsWith(' after')).toBe(true);
    for (const piece of telling) expect(masked).not.toContain(piece);
  });

  test('line by line, behind marks of the program that prints it', () => {
    const lines = secret.split('\n').map((line) => `| ${line}`);
    expect(mask.text(lines.join('\n'))).toBe('| ***\n|  ***');
  });

  test('in names, texts and numbers of JSON, and leaves the rest', () => {
    const number = new Mask(['12345678']);
    const value = { a: [1, 'x 12345678', null, true], '12345678': { deep: 12_345_678, other: 1234567.8 } };
    expect(number.json(value)).toEqual({ a: [1, 'x ***', null, true], '***': { deep: '***', other: 1234567.8 } });
  });

  test('in the message, the hint, the stack and the cause of an error', () => {
    const cause = Object.assign(new Error(`cause ${secret}`), { hint: secret });
    const error = mask.error(new TypeError(`no ${secret}`, { cause })) as Error;
    expect(error).toBeInstanceOf(TypeError);
    const all = JSON.stringify([error.message, error.stack, cause.message, cause.stack, cause.hint]);
    for (const piece of telling) expect(all).not.toContain(piece);
  });
});

test('without secrets, or with ones too short to be hidden, nothing changes', () => {
  for (const none of [new Mask([]), new Mask(['', 'abc'])]) {
    expect(none.text('abc')).toBe('abc');
    expect(none.json({ abc: 'abc' })).toEqual({ abc: 'abc' });
  }
});

describe('a text in pieces', () => {
  const masked = (pieces: readonly string[], secrets: readonly string[]) => {
    const said: string[] = [];
    const stream = new Mask(secrets).stream((text) => said.push(text));
    pieces.forEach(stream.write);
    stream.end();
    return said;
  };

  test('is masked across them, and what cannot become a secret comes at once', () => {
    expect(masked(['to', 'ken: sec', 'ret-1', '23 and sec', 'rets'], ['secret-123'])).toEqual([
      'to',
      'ken: ',
      '*** and ',
      'secret',
      's',
    ]);
  });

  test('is masked as it is whole, wherever it is cut', () => {
    const secrets = ['abcabd', 'abcab', 'dddd\nefgh', 'x"yzx'];
    const part = fc.constantFrom('abc', 'abd', 'ab', 'd', 'dddd', '\n', 'efgh', 'x"yz', 'x', 'YWJj', '%22', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), fc.array(fc.nat(60), { maxLength: 6 }), (parts, cuts) => {
        const text = parts.join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(masked(pieces, secrets).join('')).toBe(new Mask(secrets).text(text));
      }),
    );
  });
});
