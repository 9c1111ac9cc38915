import { expect, test } from 'vitest';
import { type RunEvent, RunState } from '../../../src/engine/index.ts';
import { RunTrace } from '../../../src/telemetry/trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const outline = { uses: 'shell', lane: 'cpu', needs: [], files: {}, variants: [] };
const key = 'a'.repeat(64);
const reason = { kind: 'first' } as unknown as Extract<RunEvent, { type: 'stage-started' }>['reason'];
const events: readonly RunEvent[] = [
  {
    type: 'run-started',
    run: '20300101-000000',
    pipeline: 'toy',
    stages: ['train', 'fail', 'after'].map((id) => ({ ...outline, id, stage: id })),
  },
  { type: 'stage-started', stage: 'train', key, reason, attempt: 1 },
  { type: 'stage-started', stage: 'fail', key, reason, attempt: 1 },
  {
    type: 'stage-finished',
    stage: 'train',
    key,
    seconds: 1,
    outputs: {},
    metrics: { loss: 0.5, epochs: 3, valid: { good: true }, by: [1, 'x'], gone: null },
    provenance: {},
  },
  { type: 'stage-failed', stage: 'fail', seconds: 2, message: 'It broke.', hint: undefined, stack: undefined },
  { type: 'stage-skipped', stage: 'after', key: undefined, reason: undefined, because: 'fail failed' },
  { type: 'run-finished', outcome: 'failed', seconds: 7 },
];

interface Span {
  readonly traceId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: object;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

function spansOf(): readonly Span[] {
  const clock = new ManualClock();
  const [trace, state] = [new RunTrace(clock), new RunState()];
  for (const event of events) {
    trace.hear(event);
    state.apply(event, clock.now() / 1000);
    clock.advance(1000);
  }
  const request = trace.request(state.summary(), { note: 'why' }, '1.0.0') as unknown as {
    resourceSpans: [{ scopeSpans: [{ spans: readonly Span[] }] }];
  };
  return request.resourceSpans[0].scopeSpans[0].spans;
}

test('a run is a span, and each stage is one below it, from its start to its end', () => {
  const began = Date.UTC(2030, 0, 1) / 1000;
  const lasted = spansOf().map(({ name, startTimeUnixNano, endTimeUnixNano, status }) => [
    name,
    Number(startTimeUnixNano) / 1e9 - began,
    Number(endTimeUnixNano) / 1e9 - began,
    status,
  ]);
  expect(lasted).toEqual([
    ['toy', 0, 6, { code: 2 }],
    ['train', 1, 3, { code: 1 }],
    ['fail', 2, 4, { code: 2, message: 'It broke.' }],
    ['after', 5, 5, { code: 0 }],
  ]);
});

test('metrics are attributes by their paths; null has none', () => {
  const [, train] = spansOf();
  expect(train!.attributes.filter(({ key }) => key.startsWith('pipe.metric.'))).toEqual([
    { key: 'pipe.metric.loss', value: { doubleValue: 0.5 } },
    { key: 'pipe.metric.epochs', value: { intValue: '3' } },
    { key: 'pipe.metric.valid.good', value: { boolValue: true } },
    { key: 'pipe.metric.by', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'x' }] } } },
  ]);
});

test('the same run has the same ids', () => {
  expect(spansOf()).toEqual(spansOf());
  expect(new Set(spansOf().map(({ traceId }) => traceId)).size).toBe(1);
});
