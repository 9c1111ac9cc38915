import { describe, expect, test } from 'vitest';
import { examplePipeline as base } from '../../support/example-pipeline.ts';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

describe('overlays', () => {
  test('merge objects, replace everything else, and are applied in order', async () => {
    const [pipeline] = await readTexts({
      base,
      overlays: {
        'a.yaml': 'params: { temperature: 4, teacher: { rate: 0.5 } }\n',
        'b.yaml': 'params: { temperature: 2 }\nlanes: { gpu: 2 }\n',
      },
    });
    expect(pipeline?.params).toEqual({ seed: 42, temperature: 2, teacher: { rate: 0.5, decay: 'linear' } });
    expect(pipeline?.lanes).toEqual({ gpu: 2 });
  });

  test('leave a stage they change where the file has it', async () => {
    const overlay = 'stages:\n  teacher:\n    with: { optimizer: { learningRate: 1 } }\n    retries: 3\n';
    const [pipeline] = await readTexts({ base, overlays: { 'a.yaml': overlay } });
    expect(pipeline?.stages[1]).toMatchObject({ retries: 3, origin: { file: 'pipeline.yaml', line: 12 } });
    const problems = await problemsOf({
      base,
      overlays: { 'a.yaml': overlay.replace('learningRate: 1', 'learningRate: null') },
    });
    expect(problems).toContain('a.yaml:3:26  stages.teacher.with.optimizer needs "learningRate"');
  });

  test('null deletes a key, an input or a whole stage', async () => {
    const [pipeline] = await readTexts({
      base,
      overlays: {
        'a.yaml': 'stages:\n  logits: null\n  student: { needs: { logits: null }, with: { temperature: ~ } }\n',
      },
    });
    expect(pipeline?.stages.map(({ id }) => id)).toEqual(['data', 'teacher', 'student']);
    expect(Object.keys(pipeline?.stages[2]?.needs ?? {})).toEqual(['dataset']);
    expect(pipeline?.stages[2]?.config['temperature']).toBe(1);
  });

  test('add a stage and the parameter it refers to', async () => {
    const overlay =
      'params: { label: small }\nstages:\n  other:\n    uses: train\n    needs: { dataset: data }\n' +
      '    with: { seed: 1, label: "${params.label}", optimizer: { learningRate: 1 } }\n';
    const [pipeline] = await readTexts({ base, overlays: { 'a.yaml': overlay } });
    expect(pipeline?.stages.at(-1)).toMatchObject({ id: 'other', origin: { file: 'a.yaml', line: 3, column: 3 } });
    expect(pipeline?.stages.at(-1)?.config['label']).toBe('small');
  });

  test.each(['for: demo', 'for: [other, demo]'])('for this pipeline (%s) change only the rest', async (line) => {
    const overlay = 'params: { temperature: 4 }\n';
    const texts = (text: string) => readTexts({ base, overlays: { 'a.yaml': text } });
    const strip = (pipelines: Awaited<ReturnType<typeof texts>>) => pipelines.map(({ params }) => params);
    expect(strip(await texts(`${overlay}${line}\n`))).toEqual(strip(await texts(overlay)));
  });

  test.each([
    ['for: other', 'a.yaml:2:6  this overlay is for "other", not for "demo"'],
    ['for: [other, third]', 'a.yaml:2:6  this overlay is for "other" or "third", not for "demo"'],
    ['for: 3', 'a.yaml:2:6  for must be text or a list of texts'],
    ['for: []', 'a.yaml:2:6  for must be text or a list of texts'],
  ])('for another pipeline are refused, with their place: %s', async (line, problem) => {
    const problems = await problemsOf({ base, overlays: { 'a.yaml': `params: { temperature: 4 }\n${line}\n` } });
    expect(problems).toContain(problem);
  });

  test('that drop a stage need not drop its parameters', async () => {
    const overlay = 'stages: { student: { with: { temperature: 3 } } }\n';
    const [pipeline] = await readTexts({ base, overlays: { 'a.yaml': overlay } });
    expect(pipeline?.params['temperature']).toBe(10);
  });

  test.each([
    ['a wrong value is shown where the overlay wrote it', 'params:\n  temperature: hot\n'],
    ['a misspelt stage', 'stages:\n  techer:\n    with: { seed: 1 }\n'],
    ['a misspelt setting', 'stages:\n  student:\n    with: { temprature: 1 }\n'],
    ['a misspelt key of a stage', 'stages:\n  student: { timout: 2h }\n'],
    ['a misspelt parameter', 'params: { temprature: 1, teacher: { rat: 1 } }\n'],
    ['a parameter in the wrong object', 'params: { rate: 1 }\n'],
    ['a parameter nobody uses', 'params: { brightness: 1 }\n'],
    ['a misspelt top-level key', 'parms: { temperature: 1 }\n'],
    ['deleting what is not there', 'stages: { techer: null, student: { needs: { logit: null } } }\n'],
    [
      'deleting what is needed',
      'stages:\n  teacher: null\n  student: { with: { optimizer: { learningRate: null } } }\n',
    ],
    ['deleting a parameter in use', 'params:\n  temperature: null\n'],
    ['deleting an input that is needed', 'stages:\n  student: { needs: { dataset: null } }\n'],
    ['an object for a list of parameters', 'params: { teacher: 3 }\n'],
    ['an empty object', '{}\n'],
    ['an empty object further down', 'params: { teacher: {} }\n'],
    ['an empty file', '# nothing yet\n'],
    ['a list', '- params\n'],
    ['a text', 'temperature\n'],
    [
      'a reference outside with',
      'params: { temperature: "${params.seed}" }\nstages: { teacher: { timeout: "${params.seed}h" } }\n',
    ],
  ])('%s', async (_, overlay) => {
    expect(await problemsOf({ base, overlays: { 'overlay.yaml': overlay } })).toMatchSnapshot();
  });
});
