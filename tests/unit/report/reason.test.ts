import { describe, expect, test } from 'vitest';
import { changedFields, changesBetween, fieldsOf } from '../../../src/engine/plan/changes.ts';
import { fieldWords } from '../../../src/engine/plan/field-words.ts';
import type { JsonObject } from '../../../src/json/json.ts';
import { changeWords, earlierWords } from '../../../src/report/reason.ts';

const [a, b] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
const names = { uses: './count.ts', source: (input: string) => (input === 'data' ? 'prepare.data' : undefined) };

/** What is reported of two key materials, as a reason and as the history of a result. */
function words(before: JsonObject, after: JsonObject) {
  const changes = changesBetween(fieldsOf(before), fieldsOf(after), names);
  return [changes.map(changeWords), changes.map(earlierWords)];
}

const facts = (files: JsonObject) => ({ facts: { files } });

describe('a change in the words of users', () => {
  test.each<readonly [string, JsonObject, JsonObject, string, string]>([
    [
      'a file',
      facts({ 'src/t.py': a }),
      facts({ 'src/t.py': b }),
      'file src/t.py changed',
      'file src/t.py was different',
    ],
    ['a new file', { facts: {} }, facts({ f: a }), 'file f is new', 'file f was not read'],
    ['a file that is gone', facts({ f: a }), { facts: {} }, 'file f is gone', 'file f was read, too'],
    ['a mode', facts({ f: a }), facts({ f: `${a}*` }), 'file f is now executable', 'file f was not executable'],
    ['a mode back', facts({ f: `${a}*` }), facts({ f: a }), 'file f is no longer executable', 'file f was executable'],
    ['a file and its mode', facts({ f: a }), facts({ f: `${b}*` }), 'file f changed', 'file f was different'],
    [
      'a variable',
      { facts: { environment: { MODE: null } } },
      { facts: { environment: { MODE: 'x' } } },
      'variable MODE: not set -> "x"',
      'variable MODE was not set',
    ],
    [
      'another fact',
      { facts: { rows: 1000 } },
      { facts: { rows: 2000 } },
      'its rows: 1000 -> 2000',
      'its rows was 1000',
    ],
    ['content as a fact', { facts: { file: a } }, { facts: { file: b } }, 'its file changed', 'its file was different'],
    ['a setting', { config: { t: 10 } }, { config: { t: 4 } }, 'with.t: 10 -> 4', 'with.t was 10'],
    [
      'an input',
      { inputs: { data: `${a}*` } },
      { inputs: { data: b } },
      'input prepare.data: aaaa… -> bbbb…',
      'input prepare.data was aaaa…',
    ],
    [
      'the mode of an input',
      { inputs: { data: a } },
      { inputs: { data: `${a}*` } },
      'input prepare.data is now executable',
      'input prepare.data was not executable',
    ],
    [
      'a stage kind',
      { version: 2 },
      { version: 3 },
      'stage kind ./count.ts: version 2 -> 3',
      'stage kind ./count.ts was version 2',
    ],
    [
      'a module',
      { version: `api1:${a}` },
      { version: `api1:${b}` },
      'module ./count.ts changed',
      'module ./count.ts was different',
    ],
  ])('%s', (_what, before, after, now, earlier) => {
    expect(words(before, after)).toEqual([[now], [earlier]]);
  });

  test('of two results that are compared, too, whose digests are whole', () => {
    const change = (field: string, before: string, after: string) =>
      changeWords({ field, before: JSON.stringify(before), after: JSON.stringify(after) });
    expect(change('facts.files.f', a, `${a}*`)).toBe('file f is now executable');
    expect(change('input.data', a, b)).toBe('input data: aaaaaaaaaaaa… -> bbbbbbbbbbbb…');
    expect(change('version', `api1:${a}`, `api1:${b}`)).toBe('the module changed');
  });
});

test('no part of key material keeps its inner name', () => {
  const whole = { format: 1, version: 1, config: { s: 1 }, inputs: { i: a }, facts: { files: { f: a }, own: 1 } };
  const fields = changedFields(new Map(), fieldsOf(whole)).map(fieldWords);
  expect(fields).toEqual(['with.s', 'file f', 'its own', 'format of the key', 'input i', 'version of the stage kind']);
});
