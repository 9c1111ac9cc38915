import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../src/problem/errors.ts';
import { renderProblems } from '../../src/problem/render.ts';
import { examplePipeline } from '../support/example-pipeline.ts';
import { readTexts } from '../support/pipeline-texts.ts';

const overlay =
  'params: { temperature: 4 }\nsweep:\n  params.seed: [1, 2]\nstages:\n  student: { with: { label: x } }\n';

/** What is put into texts: the signs YAML and the pipeline's own language give a meaning to. */
const tokens = [
  ...[
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '#',
    ' #',
    '|',
    '>',
    '"',
    "'",
    '\\',
    '&a ',
    '*a',
    '!!int ',
    '!x ',
    '%',
    '@',
    '`',
  ],
  ...[
    '---\n',
    '...\n',
    '\n',
    '\n\n',
    '\t',
    '  ',
    ' ',
    '\r\n',
    '\0',
    '\ufeff',
    '\u2028',
    '\ud800',
    '名',
    '💥',
    '\u001b[',
  ],
  ...[
    '${',
    '}',
    '$${',
    '${params.seed}',
    '${params.teacher}',
    '${params}',
    'params',
    'stages',
    'needs: ',
    'with: ',
    'uses: ',
  ],
  ...[
    'null',
    '~',
    'true',
    'yes',
    '.nan',
    '.inf',
    '-1',
    '0x1F',
    '1e999',
    '9007199254740993',
    '""',
    '[]',
    '{}',
    '<<: ',
    '__proto__: ',
  ],
  ...['constructor', 'data', 'teacher', 'student', 'logits', 'teacher.weights', 'shell', '2h', '1.5'],
];

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (text: string, where: number) => Math.floor(where * (text.length + 1));
const swap = <Value>(values: Value[], i: number, j: number) => {
  const copy = [...values];
  [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  return copy;
};

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...tokens)).map(
    ([where, token]): Mutation =>
      (text) => {
        return text.slice(0, at(text, where)) + token + text.slice(at(text, where));
      },
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 12 })).map(
    ([where, length]): Mutation =>
      (text) => {
        return text.slice(0, at(text, where)) + text.slice(at(text, where) + length);
      },
  ),
  fc.tuple(place, fc.constantFrom(...tokens)).map(
    ([where, token]): Mutation =>
      (text) => {
        const words = text.split(/(\w+)/u);
        const index = Math.floor((where * words.length) / 2) * 2 + 1;
        return words.map((word, i) => (i === index ? token : word)).join('');
      },
  ),
  fc.tuple(place, place).map(
    ([a, b]): Mutation =>
      (text) => {
        const lines = text.split('\n');
        return swap(lines, Math.floor(a * lines.length), Math.floor(b * lines.length)).join('\n');
      },
  ),
  place.map(
    (where): Mutation =>
      (text) => {
        const lines = text.split('\n');
        const index = Math.floor(where * lines.length);
        return lines.toSpliced(index, 0, lines[index]!).join('\n');
      },
  ),
  fc.tuple(place, fc.integer({ min: 0, max: 8 })).map(
    ([where, depth]): Mutation =>
      (text) => {
        const lines = text.split('\n');
        const index = Math.floor(where * lines.length);
        return lines.with(index, ' '.repeat(depth) + lines[index]!.trimStart()).join('\n');
      },
  ),
);

const mutate = (text: string, mutations: readonly Mutation[]) =>
  mutations.reduce((mutated, change) => change(mutated), text);
const some = (maxLength: number) => fc.array(mutation, { maxLength });
const assignment = fc.tuple(
  some(2),
  fc.constantFrom('params.temperature=4', 'stages.student.with.seed=3', 'params.teacher={rate: 1}'),
);

test('no text makes reading break or hang: it gives pipelines, or problems that lie in the text', async () => {
  let [right, wrong] = [0, 0];
  await fc.assert(
    fc.asyncProperty(some(4), some(3), fc.array(assignment, { maxLength: 1 }), async (ofBase, ofOverlay, options) => {
      const base = mutate(examplePipeline, ofBase);
      const overlays = { 'overlay.yaml': mutate(overlay, ofOverlay) };
      const sets = options.map(([mutations, text]) => mutate(text, mutations));
      try {
        const pipelines = await readTexts({ base, overlays, sets });
        right += 1;
        expect(pipelines.length).toBeGreaterThan(0);
        for (const pipeline of pipelines)
          expect(JSON.parse(JSON.stringify(pipeline))).toMatchObject({ file: 'pipeline.yaml' });
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        wrong += 1;
        expect(error.problems.length).toBeGreaterThan(0);
        for (const { origin, message } of error.problems) {
          expect(message).not.toMatch(/undefined|\[object/u);
          if (!('file' in origin)) continue;
          const lines = error.sources.get(origin.file)!.split('\n');
          expect(origin.line).toBeLessThanOrEqual(lines.length);
          expect(origin.column).toBeLessThanOrEqual(lines[origin.line - 1]!.length + 1);
        }
        const text = renderProblems(error.problems, error.sources);
        expect(text).not.toContain('\u001b');
      }
    }),
    { numRuns: process.env['PIPE_TEST_LONG'] ? 10_000 : 1000 },
  );
  expect(right).toBeGreaterThan(50);
  expect(wrong).toBeGreaterThan(500);
}, 600_000);
