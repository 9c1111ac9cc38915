import { describe, expect, test } from 'vitest';
import { portIssue } from '../../../src/schema/ports.ts';
import { problemsOf } from '../../support/pipeline-texts.ts';

const summary = 'What it is.';

describe('what a module declares', () => {
  test('is taken where its names and files stay below their folder', () => {
    const outputs = { table: { file: 'table.csv', summary }, parts: { file: 'a/parts', summary, directory: true } };
    expect(portIssue({ inputs: { data_set: { summary } }, outputs })).toBeUndefined();
  });

  test.each(['..', '.', '', 'a/b', 'a\nb', 'a.b', '\u001b[31m', 'x'.repeat(300), '../../../../victim'])(
    'is refused for the name %j of an output or an input',
    (name) => {
      expect(portIssue({ inputs: {}, outputs: { [name]: { file: 'x', summary } } })?.message).toContain(
        'an invalid name',
      );
      expect(portIssue({ inputs: { [name]: { summary } }, outputs: {} })?.message).toContain('an invalid name');
    },
  );

  test.each(['..', '.', './', '', '/etc/passwd', '../x', 'a/../../x', 'a\n/../../x', 'a\0b', 'x'.repeat(300)])(
    'is refused for the file %j of an output',
    (file) => {
      expect(portIssue({ inputs: {}, outputs: { table: { file, summary } } })).toBeDefined();
    },
  );

  test('is refused if it is of another shape', () => {
    const wrong = (outputs: object) =>
      portIssue({ inputs: {}, outputs: outputs as Parameters<typeof portIssue>[0]['outputs'] });
    expect(wrong({ table: null })?.message).toBe('its output "table" must be described by an object');
    expect(wrong({ table: 'table.csv' })?.message).toBe('its output "table" must be described by an object');
    expect(wrong({ table: { summary } })?.message).toBe('its output "table" has no file name');
  });
});

test('the problem lies where the module is named', async () => {
  const kind = { uses: './a.ts', summary, config: {}, inputs: {}, outputs: { '..': { file: 'x', summary } } };
  const kinds = { names: [], find: async () => kind };
  expect(await problemsOf({ base: 'name: demo\nstages:\n  a: { uses: ./a.ts }\n', kinds })).toMatchInlineSnapshot(`
    "pipeline.yaml:3:14  ./a.ts: its output ".." has an invalid name
        a: { uses: ./a.ts }
                   ~~~~~~
        hint: it must be at most 200 letters, digits, "-" and "_", beginning with a letter"
  `);
});
