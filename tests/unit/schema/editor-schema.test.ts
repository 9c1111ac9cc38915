import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { editorSchema } from '../../../src/schema/index.ts';
import { examplePipeline } from '../../support/example-pipeline.ts';
import { exampleKinds } from '../../support/pipeline-texts.ts';

const schema = editorSchema(exampleKinds);
const accepts = new Ajv({ strict: false }).compile(schema);

describe('the schema for editors', () => {
  test('takes a right pipeline, with its references', () => {
    expect(accepts(parse(examplePipeline)), JSON.stringify(accepts.errors)).toBe(true);
  });

  test.each([
    ['seed: ${params.seed}', 'seed: soon'],
    ['temperature: ${params.temperature}', 'temprature: 3'],
    ['decay: ${params.teacher.decay}', 'decay: steep'],
    ['decay: ${params.teacher.decay}', 'deacy: linear'],
    ['uses: logits', 'uses: logit'],
    ['logits: logits\n', 'logit: logits\n'],
    ['dataset: data.dataset, weights', 'weights'],
    ['timeout: 1h30m', 'timeout: 90 minutes'],
    ['retries: 2', 'retry: 2'],
    ['name: demo', 'title: demo'],
  ])('takes %s but not %s', (right, wrong) => {
    expect(examplePipeline).toContain(right);
    expect(accepts(parse(examplePipeline.replace(right, wrong)))).toBe(false);
  });

  test('takes a module of the user, and a kind whose inputs follow from its settings', () => {
    const stages = {
      own: { uses: './stage.ts', needs: { a: 'run.out' }, with: { anything: 1 } },
      run: { uses: 'shell', needs: { b: 'own' }, with: { command: 'true', inputs: '${params.names}' } },
    };
    expect(accepts({ name: 'demo', stages }), JSON.stringify(accepts.errors)).toBe(true);
    expect(accepts({ name: 'demo', stages: { run: { uses: 'shell' } } })).toBe(false);
  });

  test('is plain draft 7: none of our own keywords, though a setting may be called like one', () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(keyed|expects)":/u);
    const config = { type: 'object', properties: { expects: { type: 'number', keyed: false } } };
    const text = JSON.stringify(editorSchema([{ uses: 'k', summary: '', config, inputs: {}, outputs: {} }]));
    expect(text).toContain('"expects":{"anyOf":[{"type":"number"}');
    expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true);
  });

  test('keeps summaries, descriptions and defaults where an editor shows them', () => {
    const stage = (schema['definitions'] as Record<string, Record<string, unknown>>)['stage']!;
    expect(stage['properties']).toMatchObject({
      uses: { anyOf: expect.arrayContaining([{ const: 'data', description: 'Makes images.' }]) },
    });
    expect(stage).toHaveProperty('allOf.0.then.properties.with.properties.images', {
      default: 100,
      anyOf: [{ type: 'integer', minimum: 1, maximum: 50_000 }, { $ref: '#/definitions/reference' }],
    });
  });
});
