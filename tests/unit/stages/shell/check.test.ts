import { expect, test } from 'vitest';
import { checkMatches, checkShell } from '../../../../src/stages/shell/check.ts';
import type { ShellConfig } from '../../../../src/stages/shell/schema.ts';

const whole: ShellConfig = {
  command: 'true',
  stopAtFirstFailure: true,
  lay: 'copy',
  files: [],
  inputs: {},
  outputs: { out: 'out.txt' },
  environment: {},
  pass: [],
  secrets: [],
};

const problemsOf = (settings: Partial<ShellConfig>) =>
  checkShell({ ...whole, ...settings }).map(({ path, message }) => `${path.join('.')}: ${message}`);

test.each<[string, Partial<ShellConfig>, readonly string[]]>([
  [
    'two inputs on one path',
    { inputs: { a: 'x', b: './x/' } },
    ['inputs.b: the input b has the same path as the input a: ./x/'],
  ],
  ['an input in an input', { inputs: { a: 'x/y', b: 'x' } }, ['inputs.b: the input a (x/y) is inside the input b (x)']],
  [
    'an output on an input',
    { inputs: { a: 'out.txt' } },
    ['outputs.out: the output out has the same path as the input a: out.txt'],
  ],
  [
    'an output in an input',
    { inputs: { a: 'data' }, outputs: { b: 'data/b' } },
    ['outputs.b: the output b (data/b) is inside the input a (data)'],
  ],
  [
    'an input in an output',
    { inputs: { a: 'out/a' }, outputs: { b: 'out/' } },
    ['outputs.b: the input a (out/a) is inside the output b (out/)'],
  ],
  [
    'an output in an output',
    { outputs: { a: 'out/x', b: 'out/' } },
    ['outputs.b: the output a (out/x) is inside the output b (out/)'],
  ],
  [
    'an output in an output, the other way round',
    { outputs: { b: 'out/', a: 'out/x' } },
    ['outputs.a: the output a (out/x) is inside the output b (out/)'],
  ],
  ['the folder itself', { outputs: { a: './' } }, ['outputs.a: the path of the output a is the folder itself']],
  [
    'a path that climbs',
    { outputs: { a: 'a/../../b' } },
    ['outputs.a: the path of the output a leaves the folder through ".."'],
  ],
  ['an absolute path', { inputs: { a: '/etc' } }, ['inputs.a: the path of the input a is an absolute path']],
  [
    'a path with NUL',
    { inputs: { a: 'a\0b' } },
    ['inputs.a: the path of the input a has a control character, such as a line break'],
  ],
  ['a pattern that climbs', { files: ['../**'] }, ['files.0: the pattern leaves the folder through ".."']],
  ['an exclusion that climbs', { files: ['*', '!../x'] }, ['files.1: the pattern leaves the folder through ".."']],
  [
    'a variable in two places',
    { pass: ['A'], secrets: ['A'] },
    ['secrets.0: the variable A is also declared under `pass`'],
  ],
  [
    'a variable with a value as well',
    { environment: { A: '1' }, secrets: ['A'] },
    ['secrets.0: the variable A is also declared under `environment`'],
  ],
  [
    'an output under the name of curves',
    { outputs: { curves: 'c' } },
    ['outputs.curves: an output cannot be named "curves": pipe stores the curves of the stage under that name'],
  ],
  [
    'a metrics file on an input',
    { inputs: { a: 'm.json' }, metrics: { file: 'm.json' } },
    ['metrics.file: the metrics file m.json has the same path as the input a: m.json'],
  ],
  ['a metrics file in an output', { outputs: { out: 'out/' }, metrics: { file: ['out/m.json'] } }, []],
  ['names that only begin alike', { inputs: { a: 'data', b: 'data.txt' }, outputs: { c: 'data-2/' } }, []],
])('finds %s', (_, settings, problems) => {
  expect(problemsOf(settings)).toEqual(problems);
});

test('finds a file that a pattern matches on the path of an input, whichever order they are laid out in', async () => {
  const world = { environment: {}, directory: import.meta.dirname, digest: async () => '' };
  const settings = { ...whole, files: ['check.*.ts'], inputs: { a: 'check.test.ts' } };
  expect(await checkMatches(settings, world)).toEqual([
    expect.objectContaining({
      path: ['files'],
      message: 'the file check.test.ts has the same path as the input a: check.test.ts',
    }),
  ]);
});
