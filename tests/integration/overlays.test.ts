import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { typed } from '../support/typed.ts';

const artifacts = temporaryDirectory();
const overlays = readdirSync('pipelines/overlays').filter((name) => name.endsWith('.yaml'));

interface Stage {
  readonly id: string;
  readonly state: string;
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** Runs the shipped pipeline on a few dozen synthetic images, whatever the overlays say of its size. */
async function runTiny(names: readonly string[], sets: readonly string[] = []): Promise<readonly Stage[]> {
  const files = [...names.map((name) => `pipelines/overlays/${name}`), 'tests/fixtures/tiny.yaml'];
  const options = [...files.flatMap((file) => ['--overlay', file]), ...sets.flatMap((text) => ['--set', text])];
  const command = ['run', 'pipelines/consistency.yaml', ...options, '--artifacts', artifacts, '--json'];
  const { code, stdout, stderr } = await typed(command);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { stages: readonly Stage[] }).stages;
}

function expectJudged(stages: readonly Stage[], judge: string): void {
  const judged = stages.filter(({ id }) => id.startsWith(judge));
  expect(judged.length).toBeGreaterThan(0);
  for (const { metrics } of judged) {
    expect(metrics['cleanAccuracy']).toBeTypeOf('number');
    expect(Object.keys(metrics['byCorruption'] as object)).toEqual(['gaussian_noise', 'brightness']);
  }
}

/** Overlays whose student has no teacher. */
const withoutTeacher = ['augmix.yaml', 'cross-entropy.yaml', 'label-smoothing.yaml', 'no-distillation.yaml'];

test.each(overlays)('%s runs on tiny data, with quick.yaml', { timeout: 240_000 }, async (overlay) => {
  const stages = await runTiny(overlay === 'quick.yaml' ? [overlay] : [overlay, 'quick.yaml']);
  expectJudged(stages, 'evaluate-student');
  expect(stages.some(({ id }) => id === 'logits')).toBe(!withoutTeacher.includes(overlay));
});

test('the confidence filter, unlabelled images and stochastic depth run on tiny data', {
  timeout: 240_000,
}, async () => {
  const stages = await runTiny(
    ['quick.yaml'],
    [
      'stages.student.with.confidence=0.2',
      'stages.student.with.labelledImages=40',
      'stages.teacher.with.stochasticDepth=0.5',
    ],
  );
  expectJudged(stages, 'evaluate-student');
  expectJudged(stages, 'evaluate-teacher');
});
