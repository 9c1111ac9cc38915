import { expect, test } from 'vitest';
import { RunState, type StageOutline } from '../../../src/engine/index.ts';
import { answerSoFar } from '../../../src/watch/answer.ts';

const seeds = [1, 2, 3];

/** A sweep of two rates over three seeds. */
const outlines = seeds.flatMap((seed) =>
  [0.1, 0.2].map(
    (rate): StageOutline => ({
      id: `train{rate=${rate},seed=${seed}}`,
      stage: 'train',
      uses: 'shell',
      lane: 'cpu',
      needs: [],
      files: {},
      variants: [{ 'params.rate': rate, 'params.seed': seed }],
    }),
  ),
);

function started(): RunState {
  const state = new RunState();
  const goal = { stage: 'train', metric: 'score', best: 'max' } as const;
  state.apply({ type: 'run-started', run: 'r', pipeline: 'toy', goal, stages: outlines }, 0);
  return state;
}

function reuse(state: RunState, rate: number, seed: number, score: number): void {
  const results = { outputs: {}, metrics: { loss: 1, score }, provenance: {}, savedSeconds: 1 };
  state.apply({ type: 'stage-hit', stage: `train{rate=${rate},seed=${seed}}`, key: 'k', ...results }, 1);
}

const words = (state: RunState, isOver = state.outcome !== undefined) =>
  answerSoFar(state, isOver)
    ?.text.replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll('\u00a0', ' ');

test('nothing before the first result', () => {
  expect(answerSoFar(started(), false)).toBeUndefined();
});

test('nothing of other metrics before the goal has a result', () => {
  const state = started();
  const results = { outputs: {}, metrics: { loss: 1 }, provenance: {}, savedSeconds: 1 };
  state.apply({ type: 'stage-hit', stage: 'train{rate=0.1,seed=1}', key: 'k', ...results }, 1);
  expect(words(state)).toContain('No result has train.score yet.');
  expect(words(state, true)).toContain('No result has train.score.');
});

test('the leader by the goal, with how many of its repetitions there are, and no test before all', () => {
  const state = started();
  for (const seed of [1, 2]) reuse(state, 0.2, seed, seed);
  reuse(state, 0.1, 1, 0.5);
  expect(words(state)).toContain('Rate 0.2 leads after 2 of 3 seeds: 1.50 ± 0.50 score.');
  expect(words(state)).not.toMatch(/\bp\s[=<]/u);
  expect(words(state)).toMatch(/train\{rate=0\.2\}\s+2ᵃ\s+1 ± 0\s+1\.50 ± 0\.50/u);
});

test('after a run that failed: no promise of more results', () => {
  const state = started();
  for (const seed of [1, 2]) reuse(state, 0.2, seed, seed);
  state.apply({ type: 'run-finished', outcome: 'failed', seconds: 9 }, 9);
  expect(words(state)).toContain('The run ended before all results were there; pipe report tests those that are.');
  expect(words(state)).not.toContain('Nothing is tested before');
});

test('after a run that was killed, neither', () => {
  const state = started();
  for (const seed of [1, 2]) reuse(state, 0.2, seed, seed);
  expect(words(state)).toContain('Nothing is tested before');
  expect(words(state, true)).toContain('The run ended before all results were there');
});

test('at the end, what the report says first', () => {
  const state = started();
  for (const seed of seeds) for (const rate of [0.1, 0.2]) reuse(state, rate, seed, rate * 10 + seed / 10);
  state.apply({ type: 'run-finished', outcome: 'done', seconds: 1 }, 2);
  expect(words(state)).toContain('Rate 0.2 measured best of 2');
});
