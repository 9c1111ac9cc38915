import { expect, test } from 'vitest';
import { RunState } from '../../../src/engine/index.ts';
import { type Broken, pageOf } from '../../../src/watch/page.ts';

/** The parts of the page of a run with one stage, which reports no metric. */
function partsOf(state: RunState, broken?: Broken) {
  const none = new Map();
  const run = { state, now: () => 2, running: () => ({}), kept: () => none, log: () => '', broken: () => broken };
  return pageOf(run).parts(undefined);
}

function started(): RunState {
  const state = new RunState();
  const stage = { id: 'a', stage: 'a', uses: 'shell', lane: 'cpu', needs: [], files: {}, variants: [] };
  state.apply({ type: 'run-started', run: 'r', pipeline: 'toy', stages: [stage] }, 0);
  return state;
}

const over = {
  'answer-title': 'Answer',
  'curves-title': 'Curves',
  curves: '<p class="muted">No stage reported a metric with a step.</p>',
};

test('while a run goes on, more may follow', () => {
  expect(partsOf(started())).toMatchObject({
    'answer-title': 'Answer so far',
    'curves-title': 'Curves so far',
    curves: '<p class="muted">No stage has reported a metric with a step yet.</p>',
  });
});

test.each(['done', 'failed', 'interrupted'] as const)('after a run that ended (%s), nothing more', (outcome) => {
  const state = started();
  state.apply({ type: 'run-finished', outcome, seconds: 1 }, 1);
  expect(partsOf(state)).toMatchObject(over);
});

test('after a run whose process was killed, nothing more', () => {
  expect(partsOf(started(), { words: 'It was killed.', lastHeard: 1 })).toMatchObject(over);
});
