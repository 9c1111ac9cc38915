import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FieldChange, Plan } from '../../../../src/engine/index.ts';
import type { JsonObject } from '../../../../src/json/json.ts';
import { ConfigurationError, EnvironmentError } from '../../../../src/problem/errors.ts';
import { forecasts, RunRig } from '../../../support/run-rig.ts';
import { type ToyStage, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

const chain = (temperature: number, rest: Partial<ToyStage> = {}) =>
  toyPipeline([
    { id: 'teacher', config: { rate: 1 } },
    { id: 'student', config: { temperature }, needs: { logits: 'teacher' }, ...rest },
    { id: 'judge', needs: { weights: 'student' } },
  ]);

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.store.remove());

function changesOf(plan: Plan, id: string): readonly FieldChange[] {
  const forecast = plan.stages.find((stage) => stage.id === id)?.forecast;
  return forecast?.state === 'miss' && forecast.reason.kind === 'changed' ? forecast.reason.changes : [];
}

describe('planPipeline', () => {
  test('says what has to run, and what waits for it', async () => {
    expect(forecasts(await rig.plan(chain(10)))).toEqual({
      teacher: 'never-run',
      student: 'after teacher',
      judge: 'after student',
    });
  });

  test('runs nothing and writes nothing', async () => {
    await rig.plan(chain(10));
    expect(rig.started).toEqual([]);
    expect(rig.store.calls.begin).toBe(0);
    expect(rig.store.records.size).toBe(0);
  });

  test('says hit where a run would reuse', async () => {
    await rig.run(chain(10));
    expect(forecasts(await rig.plan(chain(10)))).toEqual({ teacher: 'hit', student: 'hit', judge: 'hit' });
  });

  test('asks for no earlier records where nothing has to run', async () => {
    await rig.run(chain(10));
    rig.store.calls.recordsOf = 0;
    await rig.plan(chain(10));
    expect(rig.store.calls.recordsOf).toBe(0);
  });

  test('looks only at what the targets need', async () => {
    expect(forecasts(await rig.plan(chain(10), { targets: ['teacher'] }))).toEqual({ teacher: 'never-run' });
  });

  test('names what is missing in the order of the stages, whatever is found missing first, and each once', async () => {
    let onSecond = (): void => undefined;
    const second = new Promise<void>((resolve) => {
      onSecond = resolve;
    });
    const source = async ({ files }: JsonObject) => ({
      async facts() {
        if (files === 'a') await second;
        else onSecond();
        throw new EnvironmentError(String(files).replaceAll(/\w/gu, 'No file matches $&'));
      },
    });
    rig.definitions = [toyDefinition(undefined, { source })];
    const pipeline = toyPipeline([
      { id: 'first', config: { files: 'a' } },
      { id: 'second', config: { files: 'b\na' } },
    ]);
    const place = '(toy.yaml:1:1)';
    await expect(rig.plan(pipeline)).rejects.toThrow(
      `first ${place}, second ${place}: No file matches a\nsecond ${place}: No file matches b`,
    );
  });

  test('says what is forced, and that its consumers wait for it', async () => {
    await rig.run(chain(10));
    expect(forecasts(await rig.plan(chain(10), { force: ['student'] }))).toEqual({
      teacher: 'hit',
      student: 'forced',
      judge: 'after student',
    });
  });

  test('refuses names of no stage, and a forced stage that no target needs, all at once', async () => {
    const options = { targets: ['teacher', 'studnt'], force: ['judge'] };
    const error = await rig.plan(chain(10), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).problems).toEqual([
      {
        message: 'There is no stage "studnt".',
        origin: { option: '--target' },
        hint: 'did you mean "student"?',
      },
      {
        message: 'Stage "judge" is forced, but no target needs it.',
        origin: { option: '--force' },
        hint: 'Add it to the targets, or omit --target.',
      },
    ]);
  });

  test('takes the id of a stage for all its nodes in a sweep, or of one node', async () => {
    const sweep = [4, 10].map((temperature) => ({
      ...chain(temperature),
      variant: { 'params.temperature': temperature },
    }));
    expect(Object.keys(forecasts(await rig.plan(sweep, { targets: ['student'] })))).toEqual([
      'teacher',
      'student{temperature=4}',
      'student{temperature=10}',
    ]);
    expect(Object.keys(forecasts(await rig.plan(sweep, { targets: ['student{temperature=4}'] })))).toEqual([
      'teacher',
      'student{temperature=4}',
    ]);
  });
});

describe('why a stage would run', () => {
  test('a changed setting', async () => {
    await rig.run(chain(10));
    expect(changesOf(await rig.plan(chain(4)), 'student')).toEqual([
      { field: 'with.temperature', before: '10', after: '4' },
    ]);
  });

  test('a setting that is new, gone, nested, a list, text', async () => {
    const config = (value: object) => chain(1, { config: value as ToyStage['config'] & object });
    await rig.run(config({ gone: true, nested: { deep: 'a.b' }, list: [1, 2] }));
    expect(changesOf(await rig.plan(config({ nested: { deep: 'c', more: null }, list: [1] })), 'student')).toEqual([
      { field: 'with.gone', before: 'true', after: undefined },
      { field: 'with.list', before: '[1,2]', after: '[1]' },
      { field: 'with.nested.deep', before: '"a.b"', after: '"c"' },
      { field: 'with.nested.more', before: undefined, after: 'null' },
    ]);
  });

  test('an input with other content, by the shortest digits that differ', async () => {
    await rig.run(chain(10));
    const other = toyPipeline([
      { id: 'other', config: { rate: 2 } },
      { id: 'student', config: { temperature: 10 }, needs: { logits: 'other' } },
    ]);
    await rig.run(other, { targets: ['other'] });
    const [change, ...others] = changesOf(await rig.plan(other), 'student');
    expect(others).toEqual([]);
    expect(change?.field).toBe('input other.out');
    expect(change?.before).toMatch(/^[0-9a-f]{4,8}…$/);
    expect(change?.after).toMatch(/^[0-9a-f]{4,8}…$/);
    expect(change?.before).not.toBe(change?.after);
  });

  test('an input that is no longer wired, by the name of its port', async () => {
    await rig.run(chain(10));
    const [change] = changesOf(await rig.plan(chain(10, { needs: {} })), 'student');
    expect(change).toMatchObject({ field: 'input logits', after: undefined });
  });

  test('another version of the definition', async () => {
    rig.definitions = [toyDefinition(undefined, { version: 3 })];
    await rig.run(chain(10));
    rig.definitions = [toyDefinition(undefined, { version: 4 })];
    expect(changesOf(await rig.plan(chain(10)), 'teacher')).toEqual([
      { field: 'definition toy', before: 'version 3', after: '4' },
    ]);
  });

  test('another fact from outside', async () => {
    const observing = (digest: string) =>
      toyDefinition(undefined, {
        source: async () => ({ facts: async () => ({ files: { 'data/train.csv': digest } }) }),
      });
    rig.definitions = [observing('a'.repeat(64))];
    await rig.run(toyPipeline([{ id: 'data' }]));
    rig.definitions = [observing(`aaaab${'a'.repeat(59)}`)];
    expect(changesOf(await rig.plan(toyPipeline([{ id: 'data' }])), 'data')).toEqual([
      { field: 'facts.files.data/train.csv', before: 'aaaaa…', after: 'aaaab…' },
    ]);
  });

  test('compares with the nearest record of the stage: fewest differing fields, then the newest', async () => {
    const student = (config: Record<string, number>) => toyPipeline([{ id: 'student', config }]);
    await rig.run(student({ temperature: 10, rate: 1, seed: 1 }));
    await rig.run(student({ temperature: 4, rate: 2, seed: 1 }));
    await rig.run(student({ temperature: 1, rate: 1, seed: 2 }));
    const changes = async (config: Record<string, number>) => changesOf(await rig.plan(student(config)), 'student');
    expect(await changes({ temperature: 4, rate: 2, seed: 5 })).toEqual([
      { field: 'with.seed', before: '1', after: '5' },
    ]);
    expect(await changes({ temperature: 9, rate: 1, seed: 5 })).toEqual([
      { field: 'with.seed', before: '2', after: '5' },
      { field: 'with.temperature', before: '1', after: '9' },
    ]);
  });

  test('prefers a record of the same stage to one of another stage of the kind', async () => {
    const pair = (seed: number) =>
      toyPipeline([
        { id: 'a', config: { seed, rate: 1 } },
        { id: 'b', config: { seed: 9, rate: 2 } },
      ]);
    await rig.run(pair(1));
    expect(changesOf(await rig.plan(pair(9)), 'a')).toEqual([{ field: 'with.seed', before: '1', after: '9' }]);
  });

  test('says of a stage that never ran so, and compares with another stage of the kind by its name', async () => {
    await rig.run(toyPipeline([{ id: 'a', config: { seed: 1 } }]));
    const changes = [{ field: 'with.seed', before: '1', after: '2' }];
    const { stages } = await rig.plan(toyPipeline([{ id: 'b', config: { seed: 2 } }]));
    expect(stages[0]!.forecast).toMatchObject({
      reason: { kind: 'never-run', like: { stage: 'a', pipeline: 'toy', changes } },
    });
  });

  test('takes the same stage of another pipeline for another stage', async () => {
    await rig.run(toyPipeline([{ id: 'a', config: { seed: 1 } }]));
    const { stages } = await rig.plan(toyPipeline([{ id: 'a', config: { seed: 2 } }], { name: 'other' }));
    expect(stages[0]!.forecast).toMatchObject({ reason: { kind: 'never-run', like: { stage: 'a', pipeline: 'toy' } } });
  });
});
