import { expect, test } from 'vitest';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

const withLine = (line: string) => `name: demo
${line}
stages:
  data: { uses: data }
`;

const mistakes: readonly (readonly [what: string, base: string])[] = [
  ['a repeated key', 'name: a\nname: b\nstages: { data: { uses: data, uses: data } }\n'],
  ['an unknown tag', withLine('params: !env { a: 1 }')],
  ['a tag of YAML 1.1', withLine('params: { a: !!binary aGVsbG8=, b: !!timestamp 2020-01-01 }')],
  ['a tag that does not fit', withLine('params: { a: !!int abc }')],
  ['an integer that is not exact', withLine('params: { seed: 9007199254740993 }')],
  ['not a number', withLine('params: { a: .nan, b: -.inf, c: 1e999 }')],
  ['keys that are not text', withLine('params: { 1: a, true: b, null: c, [d]: e }')],
  ['a key named __proto__', withLine('params: { __proto__: { a: 1 } }')],
  ['a merge key', withLine('params: { a: &a { b: 1 }, c: { <<: *a } }')],
  ['a reference in a key', withLine('params: { "${params.a}": 1 }')],
  ['an alias of nothing', withLine('params: { a: *b }')],
  ['an alias inside its anchor', withLine('params: &p { a: *p }')],
  ['a second document', 'name: a\n---\nname: b\n'],
  ['nothing', ''],
  ['only a comment', '# nothing\n'],
  ['a list', '- a\n'],
  ['YAML 1.1', '%YAML 1.1\n---\nname: yes\n'],
  ['an unknown directive', '%PIPE 2\n---\nname: a\n'],
  ['a tab', 'name: a\nstages:\n\tdata: { uses: data }\n'],
  ['an open quote', 'name: "demo\nstages: {}\n'],
  ['an open bracket', 'name: demo\nstages: { data: { uses: data }\n'],
  ['two colons', 'name: demo: again\n'],
  ['a line that is not indented', 'name: demo\nstages:\n  data:\n    uses: data\n   with: {}\n'],
  ['a reserved character', 'name: @demo\n'],
  ['an unknown escape', 'name: "\\q"\n'],
  ['a reference without quotes in { }', withLine('params: { a: ${params.b}, c: 1 }')],
  ['a reference without quotes in [ ]', withLine('params: { a: [${params.b}] }')],
  ['bytes', 'name: a\0b\n'],
];

test.each(mistakes)('%s is a problem', async (_, base) => {
  expect(await problemsOf({ base })).toMatchSnapshot();
});

test('nesting deeper than recursion can go is a problem, not a crash', async () => {
  for (const [open, depth] of [
    ['[', 20_000],
    ['{a: ', 3000],
    ['- ', 3000],
    ['? ', 3000],
  ] as const) {
    const base = `name: ${open === '- ' || open === '? ' ? '\n' : ''}${open.repeat(depth)}`;
    expect(await problemsOf({ base })).toContain('values are nested more than 64 levels deep');
  }
});

test('aliases that stand for billions of values are a problem, not a hang', async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`);
  const base = `name: demo\nparams:\n  a0: &a0 [x]\n${lines.join('\n')}\nstages: { data: { uses: data } }\n`;
  expect(await problemsOf({ base })).toContain('there are more than 100000 values, counting those that aliases repeat');
});

test('a plain alias stands for its anchor', async () => {
  const base = `name: demo
stages:
  a: { uses: data, with: &settings { images: 7 } }
  b: { uses: data, with: *settings }
`;
  const [pipeline] = await readTexts({ base });
  expect(pipeline?.stages.map(({ config }) => config['images'])).toEqual([7, 7]);
});

test('a byte order mark and Windows line ends move no column', async () => {
  const base = '\ufeffnmae: demo\r\nstages:\r\n  data: { uses: dta }\r\n';
  expect(await problemsOf({ base })).toMatchInlineSnapshot(`
    "pipeline.yaml:1:1  unknown key "nmae" in the pipeline
        nmae: demo
        ~~~~
        hint: did you mean "name"?

    pipeline.yaml:3:17  unknown stage kind "dta"
        data: { uses: dta }
                      ~~~
        hint: did you mean "data"?"
  `);
});

test('text of several lines has the same line ends wherever it was written', async () => {
  const lines = [
    'name: demo',
    'stages:',
    '  a:',
    '    uses: shell',
    '    with:',
    '      command: |',
    '        one',
    '        two',
    '',
  ];
  const [pipeline] = await readTexts({ base: lines.join('\r\n') });
  expect(pipeline?.stages[0]?.config['command']).toBe('one\ntwo\n');
});

test('YAML 1.2 scalars keep their type', async () => {
  const base = `name: demo
params: { yes: yes, octal: 0o17, hex: 0xff, float: 1e-3, text: "4", nothing: ~, minus: -0.0 }
stages:
  data:
    uses: shell
    with: { command: "\${params.yes} \${params.octal} \${params.hex} \${params.float} \${params.text} \${params.minus}" }
  other: { uses: shell, with: { command: x, inputs: [] } }
`;
  const problems = await problemsOf({ base });
  expect(problems).toMatchInlineSnapshot(`
    "pipeline.yaml:2:69  no stage uses params.nothing
        params: { yes: yes, octal: 0o17, hex: 0xff, float: 1e-3, text: "4", nothing: ~, minus: -0.0 }
                                                                            ~~~~~~~
        hint: remove it, or refer to it as \${params.nothing}"
  `);
  const [pipeline] = await readTexts({ base: base.replace('nothing: ~, ', '') });
  expect(pipeline?.stages[0]?.config['command']).toBe('yes 15 255 0.001 4 0');
});
