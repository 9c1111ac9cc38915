import { expect, test } from 'vitest';
import type { GraphNode } from '../../../../src/engine/graph/graph.ts';
import { newestFirst, type StageRecord } from '../../../../src/engine/index.ts';
import { History } from '../../../../src/engine/plan/history.ts';
import type { Store } from '../../../../src/engine/store/contract.ts';
import type { JsonObject } from '../../../../src/json/json.ts';

const nodeOf = (stage: string) =>
  ({ definition: { uses: 'toy' }, stage: { id: stage }, inputs: {} }) as unknown as GraphNode;

const materialOf = (config: JsonObject, code: string): JsonObject => ({ uses: 'toy', config, facts: { code } });

/** A record that finished in this minute. */
function recordOf(stage: string, minute: number, material: JsonObject): StageRecord {
  const finished = new Date(minute * 60_000).toISOString();
  const provenance = { pipeline: 'toys', stage };
  return {
    format: 1,
    key: `${stage}-${minute}`,
    material,
    outputs: {},
    metrics: {},
    provenance,
    seconds: minute,
    finished,
  };
}

/** The history of records, which the store returns newest first. */
function historyOf(records: readonly StageRecord[]): History {
  return new History({ recordsOf: async () => newestFirst(records) } as unknown as Store, 'toys');
}

test('of thousands of results, finds the one with the same configuration, however old it is', async () => {
  const sweep = Array.from({ length: 500 }, (_, index) =>
    recordOf('student', index, materialOf({ seed: index, rate: index, depth: index }, 'old')),
  );
  const reason = await historyOf(sweep).whyMissing(
    nodeOf('student'),
    materialOf({ seed: 7, rate: 7, depth: 7 }, 'new'),
  );
  expect(reason).toMatchObject({ kind: 'changed', against: { key: 'student-7' }, changes: [{ field: 'facts.code' }] });
});

test('of results that differ in as many fields, compares with the newest, whatever its configuration', async () => {
  const earlier = [
    ...Array.from({ length: 200 }, (_, index) =>
      recordOf('student', index, materialOf({ rate: 1, depth: 3 }, `${index}`)),
    ),
    recordOf('student', 300, materialOf({ rate: 2, depth: 3 }, 'new')),
  ];
  const reason = await historyOf(earlier).whyMissing(nodeOf('student'), materialOf({ rate: 1, depth: 3 }, 'new'));
  expect(reason).toMatchObject({ kind: 'changed', against: { key: 'student-300' } });
});

test('looks at each record a few times, and not once for each stage', async () => {
  let looks = 0;
  const counted = (record: StageRecord) =>
    new Proxy(record, {
      get(target, name, receiver) {
        if (name === 'provenance' || name === 'material') looks += 1;
        return Reflect.get(target, name, receiver);
      },
    });
  const stages = Array.from({ length: 300 }, (_, index) => `stage${index}`);
  const records = stages.flatMap((stage, index) =>
    [0, 1, 2].map((time) => counted(recordOf(stage, time * 300 + index, materialOf({ time }, 'old')))),
  );
  const history = historyOf(records);
  for (const stage of stages) {
    expect(await history.seconds(nodeOf(stage))).toBeGreaterThanOrEqual(600);
    await history.whyMissing(nodeOf(stage), materialOf({ time: 2 }, 'new'));
  }
  expect(looks).toBeLessThan(10 * records.length);
});

test('a stage of another pipeline, or of another name, is only alike', async () => {
  const history = historyOf([recordOf('teacher', 5, materialOf({ rate: 1 }, 'old'))]);
  expect(await history.whyMissing(nodeOf('student'), materialOf({ rate: 2 }, 'old'))).toMatchObject({
    kind: 'never-run',
    like: { key: 'teacher-5', changes: [{ field: 'with.rate' }] },
  });
  expect(await history.seconds(nodeOf('student'))).toBe(5);
  expect(await historyOf([]).whyMissing(nodeOf('student'), materialOf({}, 'old'))).toEqual({ kind: 'never-run' });
});
