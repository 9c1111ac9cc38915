import { describe, expect, test } from 'vitest';
import { examplePipeline as base } from '../../support/example-pipeline.ts';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

describe('--set', () => {
  test('sets a parameter, a setting of a stage, or a field of it, after the overlays', async () => {
    const [pipeline] = await readTexts({
      base,
      overlays: { 'a.yaml': 'params: { temperature: 3 }\n' },
      sets: ['params.temperature=4', 'stages.teacher.with.channels=[8, 16]', 'stages.teacher.timeout=5m', 'name=other'],
    });
    expect(pipeline?.params['temperature']).toBe(4);
    expect(pipeline?.stages[1]?.config['channels']).toEqual([8, 16]);
    expect(pipeline?.stages[1]?.timeoutSeconds).toBe(300);
    expect(pipeline?.name).toBe('other');
  });

  test('reads its value as YAML: quotes make text, an equals sign belongs to the value', async () => {
    const [pipeline] = await readTexts({
      base,
      sets: ['stages.teacher.with.label="4=5"', 'stages.data.with={images: 3}'],
    });
    expect(pipeline?.stages[1]?.config['label']).toBe('4=5');
    expect(pipeline?.stages[0]?.config['images']).toBe(3);
  });

  test('takes a key away with null', async () => {
    const [pipeline] = await readTexts({ base, sets: ['stages.teacher.timeout=null'] });
    expect(pipeline?.stages[1]?.timeoutSeconds).toBeUndefined();
  });

  test('gives a parameter that the file refers to and leaves open', async () => {
    const open = base.replace('  temperature: 10\n', '');
    expect(await problemsOf({ base: open })).toContain('unknown parameter "params.temperature"');
    const [pipeline] = await readTexts({ base: open, sets: ['params.temperature=4'] });
    expect(pipeline?.stages[3]?.config['temperature']).toBe(4);
  });

  test.each([
    'params.temperature=hot',
    'params.temperature="4"',
    'params.temprature=4',
    'params.temp=4',
    'params.teacher=4',
    'stages.techer.with.seed=4',
    'stages.teacher.with.sede=4',
    'stages.teacher.tiemout=4h',
    'stages.teacher.retries=null',
    'parms.temperature=4',
    'temperature=4',
    'params.temperature',
    'params.temperature=',
    '=4',
    'params..temperature=4',
    'params.temperature=[1',
    'params.temperature=.nan',
    'params.temperature={a: 1, a: 2}',
    'stages.student.with.seed=${params.sede}',
  ])('%s', async (set) => {
    expect(await problemsOf({ base, sets: [set] })).toMatchSnapshot();
  });

  test('an unknown parameter among known ones is told alone', async () => {
    const problems = await problemsOf({ base, sets: ['params.temperature=4', 'params.sede=1'] });
    expect(problems.split('\n\n')).toHaveLength(1);
  });
});

describe('--sweep', () => {
  test('makes a pipeline for each combination, the last path changing fastest', async () => {
    const pipelines = await readTexts({ base, sweeps: ['params.temperature=1,4', 'params.seed=7,8'] });
    expect(pipelines.map(({ variant }) => variant)).toEqual([
      { 'params.temperature': 1, 'params.seed': 7 },
      { 'params.temperature': 1, 'params.seed': 8 },
      { 'params.temperature': 4, 'params.seed': 7 },
      { 'params.temperature': 4, 'params.seed': 8 },
    ]);
    expect(pipelines.map(({ stages }) => [stages[3]?.config['temperature'], stages[3]?.config['seed']])).toEqual([
      [1, 7],
      [1, 8],
      [4, 7],
      [4, 8],
    ]);
  });

  test('in an overlay does the same, and the option takes the place of the same path', async () => {
    const overlays = { 'sweep.yaml': 'sweep:\n  params.temperature: [1, 4, 10]\n' };
    const declared = await readTexts({ base, overlays });
    expect(declared.map(({ params }) => params['temperature'])).toEqual([1, 4, 10]);
    const replaced = await readTexts({ base, overlays, sweeps: ['params.temperature=2'] });
    expect(replaced.map(({ params }) => params['temperature'])).toEqual([2]);
  });

  test('goes over text, lists, objects and the settings of a stage', async () => {
    const pipelines = await readTexts({
      base,
      sweeps: ['stages.teacher.with.channels=[8],[8, 16]', 'params.teacher.decay=linear,cosine'],
    });
    expect(pipelines).toHaveLength(4);
    expect(pipelines.at(-1)?.stages[1]?.config).toMatchObject({ channels: [8, 16], optimizer: { decay: 'cosine' } });
  });

  test('may refer to a parameter that nothing else uses', async () => {
    const sweeps = ['stages.teacher.with.seed="${params.other}",4'];
    const pipelines = await readTexts({ base, sets: ['params.other=9'], sweeps });
    expect(pipelines.map(({ stages }) => stages[1]?.config['seed'])).toEqual([9, 4]);
  });

  test.each([
    ['params.temperature=1,ten,-4'],
    ['params.temprature=1,2'],
    ['stages.techer.with.seed=1,2'],
    ['params.temperature='],
    ['params.temperature=1,1'],
    ['params.temperature'],
    ['params.temperature=1],[2'],
    ['name=a,b'],
  ])('%s', async (sweep) => {
    expect(await problemsOf({ base, sweeps: [sweep] })).toMatchSnapshot();
  });

  test('in a file is checked where it is written', async () => {
    const overlays = { 'sweep.yaml': 'sweep:\n  params.temperature: [1, hot]\n  params.seed: 4\n  params.sede: [1]\n' };
    expect(await problemsOf({ base, overlays })).toMatchInlineSnapshot(`
      "sweep.yaml:2:27  params.temperature expects a number, got "hot" (used as stages.student.with.temperature)
          params.temperature: [1, hot]
                                  ~~~

      sweep.yaml:3:16  sweep.params.seed expects a list, got 4
          params.seed: 4
                       ~

      sweep.yaml:4:3  unknown parameter "params.sede"
          params.sede: [1]
          ~~~~~~~~~~~
          hint: did you mean "params.seed"?"
    `);
  });

  test('that makes too many variants is refused', async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1).join(',');
    const problems = await problemsOf({ base, sweeps: [`params.temperature=${hundred}`, `params.seed=${hundred}`] });
    expect(problems).toContain('this sweep has 10000 variants, more than the limit of 1000');
  });
});

describe('a path into a list', () => {
  const lists = `name: demo
params: { channels: [8, 16, 32], nested: [{ seed: 1, more: [1, 2] }, [3, [4, 5]]], empty: [], seed: 42 }
stages:
  teacher:
    uses: open
    with: { channels: "\${params.channels}", nested: "\${params.nested}", empty: "\${params.empty}", seed: "\${params.seed}" }
`;
  const open = { uses: 'open', summary: '', config: { type: 'object' }, inputs: {}, outputs: {} };
  const kinds = { names: ['open'], find: async () => open };

  test.each([
    ['params.channels.1=9', { channels: [8, 9, 32] }],
    ['params.channels.0=[1, 2]', { channels: [[1, 2], 16, 32] }],
    ['params.channels.2=null', { channels: [8, 16] }],
    ['params.nested.0.seed=7', { nested: [{ seed: 7, more: [1, 2] }, [3, [4, 5]]] }],
    ['params.nested.0.more.1=7', { nested: [{ seed: 1, more: [1, 7] }, [3, [4, 5]]] }],
    ['params.nested.0={added: 1}', { nested: [{ seed: 1, more: [1, 2], added: 1 }, [3, [4, 5]]] }],
    ['params.nested.1.1.0=7', { nested: [{ seed: 1, more: [1, 2] }, [3, [7, 5]]] }],
  ])('sets the element: %s', async (set, expected) => {
    const [pipeline] = await readTexts({ base: lists, sets: [set], kinds });
    expect(pipeline?.stages[0]?.config).toMatchObject(expected);
  });

  test('sets one element after another, in sweeps too', async () => {
    const sets = ['params.channels.0=1', 'params.channels.2=3'];
    const pipelines = await readTexts({ base: lists, sets, sweeps: ['params.channels.1=9,10'], kinds });
    expect(pipelines.map(({ stages }) => stages[0]?.config['channels'])).toEqual([
      [1, 9, 3],
      [1, 10, 3],
    ]);
  });

  test.each([
    'params.channels.3=9',
    'params.channels.-1=9',
    'params.channels.first=9',
    'params.channels.01x=9',
    'params.empty.0=9',
    'params.nested.1.1.2=9',
    'params.seed.high=1',
    'params.channels.0.high=1',
  ])('is a problem where there is nothing: %s', async (set) => {
    expect(await problemsOf({ base: lists, sets: [set], kinds })).toMatchSnapshot();
  });
});

describe('an option that would have no effect', () => {
  test('--set of what is swept, whoever sweeps it', async () => {
    const sets = ['params.temperature=4'];
    expect(await problemsOf({ base, sets, sweeps: ['params.temperature=1,4'] })).toMatchInlineSnapshot(`
      "--set params.temperature=4  params.temperature is swept, so setting it has no effect
            ~~~~~~~~~~~~~~~~~~
          hint: to try one value alone, write --sweep params.temperature=…"
    `);
    const swept = `${base}sweep: { params.temperature: [1, 4] }\n`;
    expect(await problemsOf({ base: swept, sets })).toContain('params.temperature is swept');
    expect(await problemsOf({ base: swept, sets: ['params.temperature=null'] })).toContain(
      'params.temperature is swept',
    );
    expect(await problemsOf({ base: swept, sets: ['params={temperature: 4}'] })).toContain(
      'params.temperature is swept',
    );
  });

  test('not where a part of it counts, or a later one of the same path', async () => {
    const sweeps = ['params.teacher={rate: 0.1},{rate: 0.2}'];
    const pipelines = await readTexts({
      base,
      sets: ['params.teacher.decay=cosine', 'params.seed=1', 'params.seed=2'],
      sweeps,
    });
    expect(pipelines.map(({ params }) => params['teacher'])).toEqual([
      { rate: 0.1, decay: 'cosine' },
      { rate: 0.2, decay: 'cosine' },
    ]);
  });

  test('a second --sweep of one path', async () => {
    const sweeps = ['params.seed=1,2', 'params.temperature=1,4', 'params.temperature=10'];
    expect(await problemsOf({ base, sweeps })).toMatchInlineSnapshot(`
      "--sweep params.temperature=10  params.temperature is swept twice
              ~~~~~~~~~~~~~~~~~~
          hint: list all its values in one option: --sweep params.temperature=…"
    `);
  });
});
