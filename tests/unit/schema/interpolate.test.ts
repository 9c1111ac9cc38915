import { describe, expect, test } from 'vitest';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

const pipelineWith = (params: string, command: string) => `name: demo
params: ${params}
stages:
  run:
    uses: shell
    with:
      command: ${command}
`;

describe('references', () => {
  test.each([
    ['{ a: text }', '${params.a}', 'text'],
    ['{ a: text }', '"${params.a}"', 'text'],
    ['{ a: text }', '${ params.a }', 'text'],
    ['{ a: 3 }', 'x-${params.a}', 'x-3'],
    ['{ a: 1, b: true }', '${params.a}${params.b}', '1true'],
    ['{ a: { b: { c: deep } } }', '${params.a.b.c}', 'deep'],
    ['{ a: 1 }', '$${params.a} and ${params.a}', '${params.a} and 1'],
    ['{}', '$$${params.a}', '$${params.a}'],
    ['{ a: 1 }', 'echo $a $(b) { } ${params.a}', 'echo $a $(b) { } 1'],
    ['{ a: "$${HOME}" }', '${params.a}', '${HOME}'],
    ['{ a: 1 }', '|\n        first\n        ${params.a} last', 'first\n1 last\n'],
  ])('with params %s, %s is %s', async (params, command, expected) => {
    const [pipeline] = await readTexts({ base: pipelineWith(params, command) });
    expect(pipeline?.stages[0]?.config['command']).toBe(expected);
  });

  test('keep the type where they are the whole value', async () => {
    const base = `name: demo
params: { seed: 7, channels: [8, 16], optimizer: { learningRate: 0.5 }, nesterov: false }
stages:
  data: { uses: data }
  train:
    uses: train
    needs: { dataset: data }
    with:
      seed: \${params.seed}
      channels: \${params.channels}
      optimizer: \${params.optimizer}
      nesterov: "\${params.nesterov}"
`;
    const [pipeline] = await readTexts({ base });
    expect(pipeline?.stages[1]).toMatchObject({
      config: { seed: 7, channels: [8, 16], optimizer: { learningRate: 0.5 }, nesterov: false },
      params: { 'params.optimizer': { learningRate: 0.5 }, 'params.channels': [8, 16] },
    });
  });

  test.each([
    ['an unknown parameter', '{ temperature: 1 }', 'T=${params.temperature} x=${params.temprature}'],
    ['a parameter in another object', '{ a: { rate: 1 }, b: 2 }', '${params.rate} ${params.a.rate} ${params.b}'],
    ['a name without params', '{ a: 1 }', '${a} ${params.a}'],
    ['the environment', '{}', '${env.HOME}'],
    ['a place after an escape', '{}', '$${HOME} ${params.a}'],
    ['no name', '{}', '${}'],
    ['all parameters', '{ a: 1 }', '${params}'],
    ['a key of a number', '{ a: 1 }', '${params.a.b}'],
    ['no end', '{ a: 1 }', 'x ${params.a'],
    ['an object in text', '{ a: { b: 1 } }', 'x ${params.a}'],
    ['a list in text', '{ a: [1] }', 'x ${params.a}'],
    ['null in text', '{ a: ~ }', 'x ${params.a}'],
    ['a prototype key', '{ a: { b: 1 } }', '${params.a.b} ${params.constructor} ${params.a.toString}'],
    ['a place in text of several lines', '{}', '|\n        first\n        second ${params.a} third'],
    ['a place hidden by escapes', '{}', '"\\x24{params.a}"'],
  ])('%s is a problem', async (_, params, command) => {
    expect(await problemsOf({ base: pipelineWith(params, command) })).toMatchSnapshot();
  });

  test.each([
    ['params', 'name: demo\nparams: { a: "${params.b}" }\nstages: { run: { uses: shell, with: { command: x } } }\n'],
    ['name', 'name: ${params.a}\nstages: { run: { uses: shell, with: { command: x } } }\n'],
    ['uses', 'name: demo\nstages:\n  run:\n    uses: ${params.kind}\n'],
    [
      'with itself',
      'name: demo\nparams: { a: { command: x } }\nstages:\n  run:\n    uses: shell\n    with: ${params.a}\n',
    ],
  ])('are not taken in %s', async (_, base) => {
    expect(await problemsOf({ base })).toMatchSnapshot();
  });
});
