import { describe, expect, test } from 'vitest';
import { nodeNames } from '../../../../src/engine/graph/node-names.ts';
import type { Json } from '../../../../src/json/json.ts';

const temperature = (value: Json) => ({ 'params.temperature': value });
const both = (temperature: number, seed: number) => ({ 'params.temperature': temperature, 'params.seed': seed });

describe('nodeNames', () => {
  test('is the stage id where all variants share the node', () => {
    expect(nodeNames('teacher', [[temperature(1), temperature(4)]])).toEqual(['teacher']);
  });

  test('adds the swept value that sets a node apart', () => {
    expect(nodeNames('student', [[temperature(1)], [temperature(4)]])).toEqual([
      'student{temperature=1}',
      'student{temperature=4}',
    ]);
  });

  test('names no more values than needed', () => {
    const bySeed = [
      [both(1, 7), both(4, 7)],
      [both(1, 8), both(4, 8)],
    ];
    expect(nodeNames('teacher', bySeed)).toEqual(['teacher{seed=7}', 'teacher{seed=8}']);
    const byBoth = [[both(1, 7)], [both(4, 7)], [both(1, 8)], [both(4, 8)]];
    expect(nodeNames('student', byBoth)).toEqual([
      'student{temperature=1,seed=7}',
      'student{temperature=4,seed=7}',
      'student{temperature=1,seed=8}',
      'student{temperature=4,seed=8}',
    ]);
  });

  test('lengthens paths that end alike', () => {
    const rates = (teacher: number, student: number) => ({
      'params.teacher.rate': teacher,
      'params.student.rate': student,
    });
    expect(nodeNames('a', [[rates(1, 1)], [rates(2, 1)]])).toEqual(['a{teacher.rate=1}', 'a{teacher.rate=2}']);
  });

  test('tells text from what it looks like', () => {
    expect(
      nodeNames('a', [
        [temperature(1)],
        [temperature('1')],
        [temperature('adam')],
        [temperature(true)],
        [temperature('true')],
      ]),
    ).toEqual([
      'a{temperature=1}',
      'a{temperature="1"}',
      'a{temperature=adam}',
      'a{temperature=true}',
      'a{temperature="true"}',
    ]);
  });

  test('falls back on the first variant where no value is constant within a node', () => {
    const crossed = [[both(1, 2), both(2, 1)], [both(1, 1)]];
    expect(nodeNames('a', crossed)).toEqual(['a{temperature=1,seed=2}', 'a{temperature=1,seed=1}']);
  });
});
