import { expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/problem/errors.ts';
import type { StageKind } from '../../../src/schema/index.ts';
import { examplePipeline } from '../../support/example-pipeline.ts';
import { exampleKinds, problemsOf, readTexts } from '../../support/pipeline-texts.ts';

function frozenBelow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(frozenBelow);
}

test('a right document becomes one frozen pipeline with defaults and parameters in place', async () => {
  const pipelines = await readTexts({ base: examplePipeline });
  expect(pipelines).toHaveLength(1);
  const [pipeline] = pipelines;
  expect(frozenBelow(pipeline)).toBe(true);
  expect(pipeline).toMatchObject({ name: 'demo', file: 'pipeline.yaml', lanes: {}, variant: {} });
  expect(pipeline?.params).toEqual({ seed: 42, temperature: 10, teacher: { rate: 0.001, decay: 'linear' } });
  expect(pipeline?.stages.map(({ id }) => id)).toEqual(['data', 'teacher', 'logits', 'student']);
  const [data, teacher, , student] = pipeline?.stages ?? [];
  expect(data).toMatchObject({
    config: { images: 500, source: 'download' },
    retries: 0,
    share: 1,
    memoryBytes: 0,
    params: {},
  });
  expect(data?.timeoutSeconds).toBeUndefined();
  expect(teacher).toMatchObject({ uses: 'train', timeoutSeconds: 5400, retries: 2, share: 0.5 });
  expect(teacher?.config).toEqual({
    seed: 42,
    optimizer: { learningRate: 0.001, decay: 'linear' },
    temperature: 1,
    resize: 32,
    crop: 32,
  });
  expect(teacher?.params).toEqual({
    'params.seed': 42,
    'params.teacher.rate': 0.001,
    'params.teacher.decay': 'linear',
  });
  expect(teacher?.origin).toEqual({ file: 'pipeline.yaml', line: 12, column: 3, length: 7 });
  expect(student?.needs).toMatchObject({
    dataset: { stage: 'data', output: 'dataset' },
    logits: { stage: 'logits', output: 'logits', origin: { line: 30, column: 15 } },
  });
});

test('lanes are read as declared', async () => {
  const [pipeline] = await readTexts({ base: `${examplePipeline}lanes: { gpu: 1, cpu: 2 }\n` });
  expect(pipeline?.lanes).toEqual({ gpu: 1, cpu: 2 });
});

test('every problem of every layer is told at once, in the order of the files', async () => {
  const base = examplePipeline
    .replace('seed: 42', 'seed: "ten"')
    .replace('uses: logits', 'uses: logit')
    .replace('1h30m', '90 minutes')
    .replace('logits: logits', 'logits: logit.logits');
  const problems = await problemsOf({
    base,
    overlays: { 'a.yaml': 'stages:\n  student: { with: { temprature: 1 } }\n', 'b.yaml': 'params: { sede: 1 }\n' },
    sets: ['params.temperature=hot'],
  });
  expect(problems).toMatchInlineSnapshot(`
    "pipeline.yaml:3:9  params.seed expects a whole number, got "ten" (used as stages.teacher.with.seed and stages.student.with.seed)
        seed: "ten"
              ~~~~~

    pipeline.yaml:20:14  stages.teacher.timeout expects a duration such as 90s, 30m or 1h30m, got "90 minutes"
        timeout: 90 minutes
                 ~~~~~~~~~~

    pipeline.yaml:24:11  unknown stage kind "logit"
        uses: logit
              ~~~~~
        hint: did you mean "logits"?

    pipeline.yaml:30:15  unknown stage "logit"
        logits: logit.logits
                ~~~~~~~~~~~~
        hint: did you mean "logits"?

    a.yaml:2:22  unknown key "temprature" in stages.student.with
        student: { with: { temprature: 1 } }
                           ~~~~~~~~~~
        hint: did you mean "temperature"?

    b.yaml:1:11  unknown parameter "params.sede"
        params: { sede: 1 }
                  ~~~~
        hint: did you mean "params.seed"?

    --set params.temperature=hot  params.temperature expects a number, got "hot" (used as stages.student.with.temperature)
                             ~~~"
  `);
});

test('the error carries the text of each file, as it was read', async () => {
  const failure = await readTexts({ base: 'name: demo\n', overlays: { 'a.yaml': 'b: 1\n' } }).catch((error) => error);
  expect(failure).toBeInstanceOf(ConfigurationError);
  expect([...(failure as ConfigurationError).sources]).toEqual([
    ['pipeline.yaml', 'name: demo\n'],
    ['a.yaml', 'b: 1\n'],
  ]);
});

test.each([
  ['unknown keys', `${examplePipeline}stagess: {}\nlane: { gpu: 1 }\n`],
  ['missing keys', 'params: {}\n'],
  [
    'wrong types',
    'name: 3\nparams: []\nlanes: { gpu: 1.5, "a b": 1 }\nsweep: { params.a: 1 }\nstages: { a: { uses: 1 } }\n',
  ],
  ['no stage', 'name: demo\nstages: {}\n'],
  ['an impossible name', 'name: demo\nstages: { a.b: { uses: data } }\n'],
  ['a stage without a kind', 'name: demo\nstages:\n  data:\n    with: { images: 4 }\n'],
  ['a stage of nothing', 'name: demo\nstages:\n  data:\n'],
  [
    'an unknown key of a stage',
    'name: demo\nstages:\n  data:\n    uses: data\n    use: data\n    wiht: { images: 4 }\n',
  ],
  ['numbers out of range', 'name: demo\nstages:\n  data: { uses: data, retries: -1, share: 0, timeout: 30 }\n'],
  ['a size that is none', 'name: demo\nmemory: 8 gigabytes\nstages:\n  data: { uses: data, memory: 8 }\n'],
  [
    'a stage that takes more memory than all may take together',
    'name: demo\nmemory: 8GB\nstages:\n  data: { uses: data, memory: 8001MB }\n  more: { uses: data, memory: 8GB }\n',
  ],
  ['an unknown kind', 'name: demo\nstages:\n  data: { uses: cifar10 }\n'],
  ['a module that is missing', 'name: demo\nstages:\n  data: { uses: ./stage.ts }\n'],
])('%s in the shape of the document', async (_, base) => {
  expect(await problemsOf({ base })).toMatchSnapshot();
});

test('a file that cannot be read is a problem, with its reason', async () => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error('no'), { code });
  };
  const { readPipelines } = await import('../../../src/schema/index.ts');
  const request = {
    file: 'p.yaml',
    overlays: ['o.yaml'],
    sets: [],
    sweeps: [],
    kinds: { names: [], find: failing('X') },
  };
  const messages = async (code: string) => {
    const failure = await readPipelines({ ...request, readBytes: failing(code) }).catch((error) => error);
    return (failure as ConfigurationError).problems.map(({ message }) => message);
  };
  expect(await messages('ENOENT')).toEqual([
    'p.yaml cannot be read: there is no such file',
    'o.yaml cannot be read: there is no such file',
  ]);
  expect(await messages('EACCES')).toContain('o.yaml cannot be read: permission denied');
  expect(await messages('EIO')).toContain('p.yaml cannot be read: EIO');
});

test('an overlay that is missing is shown at its option', async () => {
  const problems = await problemsOf({ base: examplePipeline, overlays: { 'a.yaml': undefined as unknown as string } });
  expect(problems).toMatchInlineSnapshot(`
    "--overlay a.yaml  a.yaml cannot be read: there is no such file
              ~~~~~~"
  `);
});

test('a kind whose own schema is wrong is a problem at `uses`', async () => {
  const broken: StageKind = { ...exampleKinds[0]!, uses: 'broken', config: { type: 'object', minimun: 3 } };
  const kinds = { names: ['broken'], find: async () => broken };
  expect(await problemsOf({ base: 'name: a\nstages:\n  b: { uses: broken }\n', kinds })).toMatchInlineSnapshot(`
    "pipeline.yaml:3:14  the schema of the stage kind "broken" is invalid: strict mode: unknown keyword: "minimun"
        b: { uses: broken }
                   ~~~~~~"
  `);
});

test('among many problems only the first hundred are looked at for what was meant, for each costs a search', async () => {
  const many = Array.from({ length: 3000 }, (_, at) => `  seed${at}: 1\n`).join('');
  const error = await readTexts({ base: examplePipeline, overlays: { 'many.yaml': `params:\n${many}` } }).catch(
    (reason) => reason,
  );
  const { problems } = error as ConfigurationError;
  expect(problems).toHaveLength(3000);
  expect(problems.filter(({ hint }) => hint !== undefined)).toHaveLength(100);
});

test('a document of more values than may be is refused before it is composed', async () => {
  expect(await problemsOf({ base: `name: [${'1,'.repeat(500_000)}]\n` })).toContain(
    'there are more than 100000 values',
  );
});
