import { describe, expect, test } from 'vitest';
import { metricAsked, whyNotMetric } from '../../../src/report/results/metric-option.ts';

describe('--metric', () => {
  const all = [
    { stage: 'train', metrics: { accuracy: 0.5, loss: 1, verdict: 'fine', valid: { accuracy: 0.4 } } },
    { stage: 'valid', metrics: { accuracy: 0.3 } },
  ];
  const why = (text: string, own = all, who?: string) => whyNotMetric(metricAsked(text, own), own, who);

  test('names a metric, or a stage and its metric as the goal does; a metric of that name comes first', () => {
    const asked = (text: string) => {
      const { stage, metric } = metricAsked(text, all);
      return [stage, metric];
    };
    expect(asked('accuracy')).toEqual([undefined, 'accuracy']);
    expect(asked('train.accuracy')).toEqual(['train', 'accuracy']);
    expect(asked('train.valid.accuracy')).toEqual(['train', 'valid.accuracy']);
    expect(asked('valid.accuracy')).toEqual([undefined, 'valid.accuracy']);
    expect(asked('none.accuracy')).toEqual([undefined, 'none.accuracy']);
  });

  test('that nothing has is a problem, with the names that there are', () => {
    expect(why('accuracy')).toBeUndefined();
    expect(why('train.valid.accuracy')).toBeUndefined();
    expect(why('acuracy')).toEqual({
      message: 'There is no metric "acuracy".',
      origin: { option: '--metric acuracy' },
      hint: 'did you mean "accuracy"?',
    });
    expect(why('trian.accuracy')?.hint).toBe('did you mean "train.accuracy"?');
    expect(why('train.los', all.slice(0, 1), 'train')).toEqual({
      message: 'train has no metric "los".',
      origin: { option: '--metric train.los' },
      hint: 'did you mean "loss"?',
    });
    expect(why('nosuch', all, 'train')).toMatchObject({
      message: 'train has no metric "nosuch".',
      hint: 'the metrics are: accuracy, loss, valid.accuracy',
    });
    expect(why('verdict')?.message).toBe('The metric "verdict" is not a number in any result.');
    expect(why('loss', [])?.hint).toBe('no result has a metric that is a number yet');
  });
});
