import { expect, test } from 'vitest';
import { examplePipeline as base } from '../../support/example-pipeline.ts';
import { exampleKinds, problemsOf, readTexts } from '../../support/pipeline-texts.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

test('a file that is not UTF-8 is a problem at its first such byte', async () => {
  expect(await problemsOf({ base: latin1('name: café\nstages:\n  data: { uses: data }\n') })).toMatchInlineSnapshot(`
    "pipeline.yaml:1:10  this is not UTF-8 text: the byte 0xe9 is invalid here
        name: caf�
                 ~
        hint: save the file as UTF-8; it may be in Latin-1 or Windows-1252"
  `);
});

test('so is an overlay, and a character that was cut off', async () => {
  const overlays = { 'o.yaml': latin1('params:\n  # à la carte\n  seed: 1\n') };
  expect(await problemsOf({ base, overlays })).toMatchInlineSnapshot(`
    "o.yaml:2:5  this is not UTF-8 text: the byte 0xe0 is invalid here
        # � la carte
          ~
        hint: save the file as UTF-8; it may be in Latin-1 or Windows-1252"
  `);
  const cut = Buffer.from('name: "é').subarray(0, -1);
  expect(
    await problemsOf({ base: Buffer.concat([cut, Buffer.from('"\nstages: { data: { uses: data } }\n')]) }),
  ).toMatch(/^pipeline\.yaml:1:8 {2}this is not UTF-8 text: the byte 0xc3 is invalid here/u);
});

test('a replacement character that was written is text like any other', async () => {
  const [pipeline] = await readTexts({ base: 'name: "a\ufffdb"\nstages: { data: { uses: data } }\n' });
  expect(pipeline?.name).toBe('a\ufffdb');
  const after = Buffer.concat([
    Buffer.from('name: "\ufffd'),
    Buffer.from([0xe9]),
    Buffer.from('"\nstages: { data: { uses: data } }\n'),
  ]);
  expect(await problemsOf({ base: after })).toMatch(/^pipeline\.yaml:1:9 {2}this is not UTF-8 text/u);
});

test('UTF-16 is named as such', async () => {
  expect(await problemsOf({ base: Buffer.from('\ufeffname: a\n', 'utf16le') })).toMatchInlineSnapshot(`
    "pipeline.yaml:1:1  this file is UTF-16
        hint: save it as UTF-8"
  `);
});

test('halves of surrogate pairs and NUL are problems, in values as in keys; whole pairs are not', async () => {
  const line = (text: string) => `name: demo\nparams: { a: ${text} }\nstages: { data: { uses: data } }\n`;
  expect(
    await problemsOf({ base: line('["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }]') }),
  ).toMatchInlineSnapshot(`
    "pipeline.yaml:2:11  no stage uses params.a
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                  ~
        hint: remove it, or refer to it as \${params.a}

    pipeline.yaml:2:15  text has half of a surrogate pair
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                      ~~~~~~~~
        hint: write the character itself, or both halves: "\\ud83d\\ude00"

    pipeline.yaml:2:25  text has half of a surrogate pair
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                                ~~~~~~~~~
        hint: write the character itself, or both halves: "\\ud83d\\ude00"

    pipeline.yaml:2:36  text cannot contain the character NUL
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                                           ~~~~
        hint: remove it: file names, variables and commands cannot contain it

    pipeline.yaml:2:44  a key has half of a surrogate pair
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                                                   ~~~~~~~~
        hint: write the character itself, or both halves: "\\ud83d\\ude00"

    pipeline.yaml:2:57  a key cannot contain the character NUL
        params: { a: ["\\ud800", "x\\udc00", "\\0", { "\\ud83d": 1, "\\0": 1 }] }
                                                                ~~~~
        hint: remove it: file names, variables and commands cannot contain it"
  `);
  const [pipeline] = await readTexts({ base: 'name: "\\ud83d\\ude00"\nstages: { data: { uses: data } }\n' });
  expect(pipeline?.name).toBe('😀');
});

test('numbers that a key cannot contain are problems where they are written', async () => {
  const line = (text: string) => `name: demo\nparams: { a: ${text} }\nstages: { data: { uses: data } }\n`;
  expect(
    await problemsOf({ base: line('[-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15]') }),
  ).toMatchInlineSnapshot(`
    "pipeline.yaml:2:11  no stage uses params.a
        params: { a: [-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15] }
                  ~
        hint: remove it, or refer to it as \${params.a}

    pipeline.yaml:2:15  -1e30 is too large to be an exact number
        params: { a: [-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15] }
                      ~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991

    pipeline.yaml:2:22  1e300 is too large to be an exact number
        params: { a: [-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15] }
                             ~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991

    pipeline.yaml:2:29  9007199254740992.0 is too large to be an exact number
        params: { a: [-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15] }
                                    ~~~~~~~~~~~~~~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991

    pipeline.yaml:2:49  0x20000000000001 is too large to be an exact number
        params: { a: [-1e30, 1e300, 9007199254740992.0, 0x20000000000001, 1e15] }
                                                        ~~~~~~~~~~~~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991"
  `);
  expect(
    await problemsOf({ base, sets: ['params.seed=-1e30'], sweeps: ['params.temperature=4,1e300'] }),
  ).toMatchInlineSnapshot(`
    "--set params.seed=-1e30  -1e30 is too large to be an exact number
                      ~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991

    --sweep params.temperature=4,1e300  1e300 is too large to be an exact number
                                 ~~~~~
        hint: put it in quotes to keep every digit; whole numbers are exact up to 9007199254740991"
  `);
});

test('a default that a key cannot contain is a problem of the stage that takes it', async () => {
  const config = { type: 'object', properties: { clip: { type: 'number', default: 1e300 } } };
  const kinds = [...exampleKinds, { uses: 'own', summary: '', config, inputs: {}, outputs: {} }];
  const find = async (uses: string) => kinds.find((kind) => kind.uses === uses);
  const document = 'name: demo\nstages:\n  a: { uses: own }\n  b: { uses: own, with: { clip: 5 } }\n';
  expect(await problemsOf({ base: document, kinds: { names: ['own'], find } })).toMatchInlineSnapshot(`
    "pipeline.yaml:3:3  the default of stages.a.with.clip in its kind's schema cannot be part of a key
        a: { uses: own }
        ~
        hint: numbers must be finite and exact, and text must be Unicode: give it a value here"
  `);
});

test('options whose bytes were not UTF-8 are problems', async () => {
  // Node has put U+FFFD in the place of each such byte: two options that differ would be one.
  const sets = ['stages.teacher.with.label=caf\ufffd'];
  expect(await problemsOf({ base, sets, sweeps: ['params.\ufffd=1,2'] })).toMatchInlineSnapshot(`
    "--set stages.teacher.with.label=caf�  this option has bytes that are not UTF-8 text
                                       ~
        hint: use a terminal and a shell that write UTF-8, or write the value into an overlay

    --sweep params.�=1,2  this option has bytes that are not UTF-8 text
                   ~
        hint: use a terminal and a shell that write UTF-8, or write the value into an overlay"
  `);
});

test('what is quoted in a message is short', async () => {
  const long = 'x'.repeat(100_000);
  const document = `name: demo
params: { ? [${long}] : 1, ${long}: 1, ${long}: 2, a: !${long} 1, b: *${long}, c: ${'1'.repeat(5000)} }
stages: { "${long}": { uses: ${long} }, data: { uses: data, ${long}: 1, with: { ${long}: 1, source: ${long} }, needs: { ${long}: ${long} } } }
`;
  const problems = await problemsOf({ base: document });
  expect(problems.length).toBeGreaterThan(1000);
  for (const text of problems.split('\n')) expect(text.length).toBeLessThan(1300);
  const options = await problemsOf({ base, sets: [`${long}=1`, `params.seed.${long}=1`], sweeps: [`${long}=1`] });
  for (const text of options.split('\n')) expect(text.length).toBeLessThan(1300);
});
