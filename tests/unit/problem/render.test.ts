import { expect, test } from 'vitest';
import { renderProblem, renderProblems } from '../../../src/problem/render.ts';

const at = (line: number, column: number, length?: number) => ({
  file: 'p.yaml',
  line,
  column,
  ...(length === undefined ? {} : { length }),
});
const source = (text: string) => new Map([['p.yaml', text]]);

test('a problem in a file shows the line, a squiggle under the place and the hint', () => {
  const problem = { message: 'unknown key "sede"', origin: at(2, 5, 4), hint: 'did you mean "seed"?' };
  expect(renderProblem(problem, source('params:\n    sede: 4\n'))).toMatchInlineSnapshot(`
    "p.yaml:2:5  unknown key "sede"
        sede: 4
        ~~~~
        hint: did you mean "seed"?"
  `);
});

test('a problem in an option squiggles under the option itself', () => {
  const origin = { option: '--set params.x=abc', column: 16, length: 3 };
  expect(renderProblem({ message: 'params.x expects a number', origin }, new Map())).toMatchInlineSnapshot(`
    "--set params.x=abc  params.x expects a number
                   ~~~"
  `);
});

test('an option without a column is meant as a whole', () => {
  expect(renderProblem({ message: 'there is no such stage', origin: { option: '--target x' } }, new Map())).toBe(
    '--target x  there is no such stage\n~~~~~~~~~~',
  );
});

test('a squiggle ends with its line, however long the value is', () => {
  expect(renderProblem({ message: 'm', origin: at(1, 4, 500) }, source('a: |\n text\n'))).toBe(
    'p.yaml:1:4  m\n    a: |\n       ~',
  );
});

test('tabs and wide characters before the place keep the squiggle under it', () => {
  expect(renderProblem({ message: 'm', origin: at(1, 7, 1) }, source('a: 名\t{x'))).toBe(
    'p.yaml:1:7  m\n    a: 名\t{x\n         \t ~',
  );
});

test('a long line is cut around the place', () => {
  const text = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
  const [, line = '', squiggle = ''] = renderProblem({ message: 'm', origin: at(1, 301, 4) }, source(text)).split('\n');
  expect(line.length).toBeLessThan(120);
  expect(line.slice(squiggle.indexOf('~'), squiggle.length)).toBe('HERE');
  expect(line).toMatch(/^ {4}…a+HEREb+…$/u);
});

test('control characters of a file do not reach the terminal', () => {
  const problem = { message: 'bad \u001b[31m', origin: at(1, 1), hint: 'no \u0007' };
  const text = renderProblem(problem, source('\u001b]0;title\u0007 x'));
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u0007');
});

test('a file that is not known, or a line past its end, shows the message alone', () => {
  expect(renderProblem({ message: 'm', origin: at(9, 1) }, source('a: 1'))).toBe('p.yaml:9:1  m');
  expect(renderProblem({ message: 'm', origin: at(1, 1) }, new Map())).toBe('p.yaml:1:1  m');
});

test('after twenty problems the rest is counted', () => {
  const problems = Array.from({ length: 23 }, (_, index) => ({ message: `problem ${index}`, origin: at(1, 1) }));
  const text = renderProblems(problems, new Map());
  expect(text).toContain('problem 19');
  expect(text).not.toContain('problem 20');
  expect(text).toMatch(/\n\nand 3 more problems$/u);
  expect(renderProblems(problems.slice(0, 21), new Map())).toMatch(/and 1 more problem$/u);
});
