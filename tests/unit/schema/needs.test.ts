import { expect, test } from 'vitest';
import { examplePipeline as base } from '../../support/example-pipeline.ts';
import { problemsOf, readTexts } from '../../support/pipeline-texts.ts';

const stages = (text: string) => `name: demo\nstages:\n${text}`;

test.each([
  ['an unknown stage', base.replace('weights: teacher.weights', 'weights: techer.weights')],
  ['an unknown output', base.replace('weights: teacher.weights', 'weights: teacher.weight')],
  ['an output far from any', base.replace('weights: teacher.weights', 'weights: teacher.zzz')],
  ['a stage with several outputs, none named', base.replace('weights: teacher.weights', 'weights: teacher')],
  ['an unknown input', base.replace('logits: logits', 'logit: logits')],
  [
    'an input of a stage without inputs',
    base.replace('uses: data', 'uses: data\n    needs: { dataset: teacher.history }'),
  ],
  ['a missing input that one stage makes', base.replace('dataset: data.dataset, weights', 'weights')],
  ['a missing input, no needs at all', base.replace('    needs: { dataset: data }\n', '')],
  ['a stage that needs itself', base.replace('weights: teacher.weights', 'weights: logits.logits')],
  ['a circle', base.replace('needs: { dataset: data }', 'needs: { dataset: data, logits: logits }')],
  ['a value that is no text', base.replace('weights: teacher.weights', 'weights: [teacher]')],
  ['an empty value', base.replace('weights: teacher.weights', 'weights: ')],
  ['nothing after the dot', base.replace('weights: teacher.weights', 'weights: teacher.')],
])('%s is a problem', async (_, document) => {
  expect(await problemsOf({ base: document })).toMatchSnapshot();
});

test('every stage in a circle is told of by a shortest one, those behind it are not, in file order', async () => {
  const shell = (id: string, needs: string) =>
    `  ${id}:\n    uses: shell\n    needs: { ${needs} }\n    with: { command: x, inputs: [a, b], outputs: [a] }\n`;
  const knots = [shell('p', 'a: q.a, b: r.a'), shell('q', 'a: r.a, b: p.a'), shell('r', 'a: p.a, b: q.a')];
  const after = [shell('s', 'a: p.a, b: t.a'), shell('t', 'a: s.a, b: s.a'), shell('u', 'a: t.a, b: t.a')];
  expect(await problemsOf({ base: stages([...knots, ...after].join('')) })).toMatchInlineSnapshot(`
    "pipeline.yaml:5:17  stages depend on each other in a cycle: p -> q -> p
        needs: { a: q.a, b: r.a }
                    ~~~
        hint: remove one of these needs

    pipeline.yaml:13:17  stages depend on each other in a cycle: r -> p -> r
        needs: { a: p.a, b: q.a }
                    ~~~
        hint: remove one of these needs

    pipeline.yaml:17:25  stages depend on each other in a cycle: s -> t -> s
        needs: { a: p.a, b: t.a }
                            ~~~
        hint: remove one of these needs"
  `);
});

test('inputs and outputs that follow from the configuration are those checked', async () => {
  const document = stages(`  a: { uses: shell, with: { command: x, outputs: [one, two] } }
  b: { uses: shell, needs: { in: a.one, im: a.three }, with: { command: x, inputs: [in] } }
`);
  expect(await problemsOf({ base: document })).toMatchInlineSnapshot(`
    "pipeline.yaml:4:41  unknown input "im" of stages.b
        b: { uses: shell, needs: { in: a.one, im: a.three }, with: { command: x, inputs: [in] } }
                                              ~~
        hint: its inputs: in; for another, write under \`with\` where the stage finds it: inputs: { im: PATH }

    pipeline.yaml:4:45  stages.a has no output "three"
        b: { uses: shell, needs: { in: a.one, im: a.three }, with: { command: x, inputs: [in] } }
                                                  ~~~~~~~
        hint: its outputs: a.one, a.two"
  `);
});

test('an input of a stage whose settings name none tells which setting names it', async () => {
  const document = stages(`  a: { uses: shell, with: { command: x, outputs: [one] } }
  b: { uses: shell, needs: { in: a.one }, with: { command: x } }
`);
  expect(await problemsOf({ base: document })).toContain(
    'hint: write under `with` where the stage finds it: inputs: { in: PATH }',
  );
});

test('where a kind or its settings are unknown, its outputs are not guessed at', async () => {
  const document = stages(`  a: { uses: nothing }
  b: { uses: shell, with: { comand: x } }
  c: { uses: shell, needs: { in: a.any, im: b.any }, with: { command: x, inputs: [in, im] } }
`);
  const problems = await problemsOf({ base: document });
  expect(problems.split('\n\n')).toHaveLength(2);
  expect(problems).not.toContain('stages.c');
});

test('stages may be written in any order', async () => {
  const document = stages(`  b: { uses: shell, needs: { in: a }, with: { command: x, inputs: [in] } }
  a: { uses: shell, with: { command: x, outputs: [one] } }
`);
  const [pipeline] = await readTexts({ base: document });
  expect(pipeline?.stages.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(pipeline?.stages[0]?.needs['in']).toMatchObject({ stage: 'a', output: 'one' });
});

test('a chain of two thousand stages is read without recursion', async () => {
  const chain = Array.from(
    { length: 2000 },
    (_, i) =>
      `  s${i}: { uses: shell, ${i > 0 ? `needs: { in: s${i - 1} }, ` : ''}with: { command: x, outputs: [out]${i > 0 ? ', inputs: [in]' : ''} } }\n`,
  );
  const [pipeline] = await readTexts({ base: stages(chain.join('')) });
  expect(pipeline?.stages).toHaveLength(2000);
});
