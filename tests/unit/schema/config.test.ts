import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { JsonSchema, KindCatalogue, StageKind } from '../../../src/schema/index.ts';
import { wordedKeywords } from '../../../src/schema/violation-words.ts';
import { examplePipeline } from '../../support/example-pipeline.ts';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

function kindWith(config: JsonSchema): KindCatalogue {
  const kind: StageKind = { uses: 'k', summary: '', config, inputs: {}, outputs: {} };
  return { names: ['k'], find: async () => kind };
}

const stageWith = (settings: string) => `name: demo\nstages:\n  s:\n    uses: k\n    with: ${settings}\n`;

const choice = {
  oneOf: [
    { type: 'number' },
    { type: 'object', required: ['every'], additionalProperties: false, properties: { every: { type: 'integer' } } },
  ],
};
const tagged = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    { properties: { kind: { const: 'adam' }, beta: { type: 'number', default: 0.9 } } },
    { properties: { kind: { const: 'sgd' }, momentum: { type: 'number' } }, required: ['momentum'] },
  ],
};

const violations: readonly (readonly [keyword: string, property: JsonSchema, value: string])[] = [
  ['type', { type: 'number' }, 'ten'],
  ['type', { type: 'integer' }, '1.5'],
  ['type', { type: 'integer' }, '"1_000"'],
  ['type', { type: 'boolean' }, 'yes'],
  ['type', { type: 'string' }, '4'],
  ['type', { type: 'array' }, '{ a: 1 }'],
  ['type', { type: 'object' }, '[a]'],
  ['type', { type: ['number', 'string'] }, '[1]'],
  ['type', { type: 'number' }, ''],
  ['enum', { enum: ['linear', 'cosine', 3] }, 'cosin'],
  ['const', { const: 4 }, '5'],
  ['minimum', { type: 'number', minimum: 1 }, '0'],
  ['maximum', { type: 'number', maximum: 1 }, '2'],
  ['exclusiveMinimum', { type: 'number', exclusiveMinimum: 0 }, '0'],
  ['exclusiveMaximum', { type: 'number', exclusiveMaximum: 1 }, '1'],
  ['multipleOf', { type: 'integer', multipleOf: 8 }, '12'],
  ['minLength', { type: 'string', minLength: 1 }, '""'],
  ['minLength', { type: 'string', minLength: 3 }, 'ab'],
  ['maxLength', { type: 'string', maxLength: 1 }, 'abc'],
  ['pattern', { type: 'string', pattern: '^a+$' }, 'b'],
  ['minItems', { type: 'array', minItems: 1 }, '[]'],
  ['minItems', { type: 'array', minItems: 2 }, '[1]'],
  ['maxItems', { type: 'array', maxItems: 1 }, '[1, 2]'],
  ['items', { type: 'array', prefixItems: [{}], items: false, minItems: 1 }, '[1, 2]'],
  ['contains', { type: 'array', contains: { const: 1 } }, '[2]'],
  ['uniqueItems', { type: 'array', uniqueItems: true }, '[1, 2, 1]'],
  ['an item', { type: 'array', items: { type: 'integer' } }, '[1, two, 3]'],
  ['minProperties', { type: 'object', minProperties: 1 }, '{}'],
  ['minProperties', { type: 'object', minProperties: 2 }, '{ a: 1 }'],
  ['maxProperties', { type: 'object', maxProperties: 1 }, '{ a: 1, b: 2 }'],
  ['required', { type: 'object', required: ['a'], properties: { a: { description: 'What to do.' } } }, '{ b: 1 }'],
  ['additionalProperties', { type: 'object', additionalProperties: false, properties: { rate: {} } }, '{ rat: 1 }'],
  ['additionalProperties', { type: 'object', additionalProperties: false, properties: { a: {}, b: {} } }, '{ xyz: 1 }'],
  [
    'a misspelt required key',
    { type: 'object', additionalProperties: false, required: ['rate'], properties: { rate: {} } },
    '{ rte: 1 }',
  ],
  ['unevaluatedProperties', { type: 'object', unevaluatedProperties: false, properties: { a: {} } }, '{ b: 1 }'],
  ['dependentRequired', { type: 'object', dependentRequired: { a: ['b'] } }, '{ a: 1 }'],
  ['propertyNames', { type: 'object', propertyNames: { pattern: '^a$' } }, '{ b: 1 }'],
  ['not', { not: { const: 1 } }, '1'],
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  ['if', { if: { const: 1 }, then: { minimum: 2 } }, '1'],
  ['false schema', false as unknown as JsonSchema, '1'],
  ['anyOf of types', { anyOf: [{ type: 'number' }, { type: 'boolean' }] }, 'ten'],
  ['anyOf, the nearest form', choice, '{ evry: 1 }'],
  ['oneOf, more than one form', { oneOf: [{ type: 'number' }, { minimum: 1 }] }, '3'],
  ['discriminator, unknown', tagged, '{ kind: adm }'],
  ['discriminator, missing', tagged, '{ momentum: 1 }'],
  ['discriminator, its form', tagged, '{ kind: sgd, momentum: high }'],
  ['keys with slashes and tildes', { type: 'object', properties: { 'a/b~c': { type: 'number' } } }, '{ a/b~c: x }'],
];

describe('a setting that its kind does not take', () => {
  test.each(violations)('%s: %j, given %s', async (_, property, value) => {
    const kinds = kindWith({ type: 'object', properties: { x: property } });
    expect(await problemsOf({ base: stageWith(`{ x: ${value} }`), kinds })).toMatchSnapshot();
  });

  test('has words for every keyword of JSON Schema that ajv can report', () => {
    const vocabulary = Object.keys(new Ajv2020({ discriminator: true }).RULES.all);
    const silent = [
      ...[
        '$id',
        '$schema',
        '$ref',
        '$dynamicRef',
        '$anchor',
        '$dynamicAnchor',
        '$defs',
        '$vocabulary',
        '$recursiveRef',
      ],
      ...[
        '$recursiveAnchor',
        '$comment',
        'id',
        'definitions',
        'title',
        'description',
        'default',
        'examples',
        'deprecated',
      ],
      ...['readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType', 'contentSchema', 'nullable', 'properties'],
      ...[
        'patternProperties',
        'prefixItems',
        'dependentSchemas',
        'allOf',
        'if',
        'then',
        'else',
        'minContains',
        'maxContains',
      ],
      ...['formatMinimum', 'formatMaximum', 'formatExclusiveMinimum', 'formatExclusiveMaximum'],
    ];
    expect(vocabulary.filter((keyword) => !wordedKeywords.includes(keyword) && !silent.includes(keyword))).toEqual([]);
  });

  test('never speaks in the words of ajv', async () => {
    for (const [, property, value] of violations) {
      const kinds = kindWith({ type: 'object', properties: { x: property } });
      const text = await problemsOf({ base: stageWith(`{ x: ${value} }`), kinds });
      expect(text).not.toMatch(
        /must NOT|must have (required|property)|must match|must be (string|number|object|array|equal)/u,
      );
      expect(text).not.toMatch(/undefined|\[object/u);
    }
  });

  test('is shown at the parameter it came through, once, with the places that use it', async () => {
    const base = examplePipeline.replace('seed: 42', 'seed: -1').replace('rate: 0.001', 'rate: fast');
    expect(await problemsOf({ base })).toMatchInlineSnapshot(`
      "pipeline.yaml:3:9  params.seed must be at least 0, got -1 (used as stages.teacher.with.seed and stages.student.with.seed)
          seed: -1
                ~~

      pipeline.yaml:6:11  params.teacher.rate expects a number, got "fast" (used as stages.teacher.with.optimizer.learningRate)
          rate: fast
                ~~~~"
    `);
  });

  test('of a parameter that is an object names the key inside it', async () => {
    const base = examplePipeline.replace(/optimizer:\n.*\n.*\n/u, 'optimizer: ${params.teacher}\n');
    expect(await problemsOf({ base })).toMatchInlineSnapshot(`
      "pipeline.yaml:5:3  params.teacher needs "learningRate" (used as stages.teacher.with.optimizer)
          teacher:
          ~~~~~~~

      pipeline.yaml:6:5  unknown key "rate" in params.teacher (used as stages.teacher.with.optimizer)
          rate: 0.001
          ~~~~
          hint: known keys: learningRate, decay"
    `);
  });
});

describe('a rule between settings', () => {
  test('is told at the setting it names', async () => {
    const base = examplePipeline.replace(
      'temperature: ${params.temperature}',
      'temperature: ${params.temperature}\n      crop: 40',
    );
    expect(await problemsOf({ base })).toMatchInlineSnapshot(`
      "pipeline.yaml:34:13  stages.student.with.crop: a crop of 40 does not fit into 32
          crop: 40
                ~~
          hint: crop to at most 32"
    `);
  });

  test('is not asked of settings that could not be resolved, even where any value fits', async () => {
    const kind: StageKind = {
      uses: 'k',
      summary: '',
      config: { type: 'object', properties: { x: {} } },
      inputs: {},
      outputs: {},
      check: ({ x }) => [{ path: ['x'], message: `asked of ${x}` }],
    };
    const kinds = { names: ['k'], find: async () => kind };
    expect(await problemsOf({ base: stageWith('{ x: 3 }'), kinds })).toContain('stages.s.with.x: asked of 3');
    expect(await problemsOf({ base: stageWith('{ x: "${params.y}" }'), kinds })).not.toContain('asked of');
    expect(await problemsOf({ base: stageWith('{ x: [.nan] }'), kinds })).not.toContain('asked of');
  });

  test('is asked only of settings that fit the schema', async () => {
    const base = examplePipeline.replace(
      'temperature: ${params.temperature}',
      'temperature: ${params.temperature}\n      crop: 40\n      resize: x',
    );
    expect(await problemsOf({ base })).not.toContain('does not fit into');
  });
});

test('the schema of a kind fills its defaults, at every depth, also inside a chosen form', async () => {
  const kinds = kindWith({ type: 'object', properties: { x: tagged, y: { type: 'number', default: 2 } } });
  const [pipeline] = await readTexts({ base: stageWith('{ x: { kind: adam } }'), kinds });
  expect(pipeline?.stages[0]?.config).toEqual({ x: { kind: 'adam', beta: 0.9 }, y: 2 });
});
