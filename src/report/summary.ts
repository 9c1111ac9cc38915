import type { RunSummary, StageSummary } from '../engine/index.ts';
import type { Json } from '../json/json.ts';
import { type Evaluation, evaluationOf, robustnessTable, sweepTable } from './robustness.ts';
import { table } from './table.ts';
import { duration } from './units.ts';

/** What a person wants to know after a run: what ran, what was reused and what that saved, and how good the models are. */
export function summaryText(summary: RunSummary): string {
  const sections = [stagesSection(summary), ...resultSections(summary.stages), [closing(summary)]];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function stagesSection({ stages }: RunSummary): string[] {
  const rows = stages.map((stage) => [
    stage.id,
    stateWords(stage),
    stage.key ? duration(stage.seconds) : '',
    stage.key?.slice(0, 12) ?? '',
  ]);
  return table(
    [
      { title: 'stage', align: 'left' },
      { title: 'state', align: 'left' },
      { title: 'took', align: 'right' },
      { title: 'key', align: 'left' },
    ],
    rows,
  );
}

function stateWords({ state, because }: StageSummary): string {
  switch (state) {
    case 'hit':
      return 'reused';
    case 'ran':
      return 'ran';
    case 'failed':
      return 'FAILED';
    case 'skipped':
      return because === undefined ? 'skipped' : `skipped: ${because}`;
  }
}

function resultSections(stages: readonly StageSummary[]): string[][] {
  const judged = stages.flatMap((stage) => {
    const evaluation = evaluationOf(stage.metrics);
    return evaluation ? [{ stage, evaluation }] : [];
  });
  if (judged.length === 0) return [];
  const swept = sweptVariants(judged);
  const single = robustnessTable(judged.map(({ stage, evaluation }) => ({ title: stage.id, evaluation })));
  return swept ? [single, swept] : [single];
}

function sweptVariants(
  judged: readonly { readonly stage: StageSummary; readonly evaluation: Evaluation }[],
): string[] | undefined {
  const variants = new Map<
    string,
    { values: Readonly<Record<string, Json>>; evaluations: Record<string, Evaluation> }
  >();
  for (const { stage, evaluation } of judged) {
    for (const values of stage.variants) {
      const name = JSON.stringify(values);
      const variant = variants.get(name) ?? { values, evaluations: {} };
      variant.evaluations[stage.stage] = evaluation;
      variants.set(name, variant);
    }
  }
  const [first] = variants.values();
  const paths = Object.keys(first?.values ?? {});
  return paths.length === 0 ? undefined : sweepTable(paths, [...variants.values()]);
}

function closing({ hits, ran, failed, skipped, seconds, stages, outcome }: RunSummary): string {
  const saved = stages.filter(({ state }) => state === 'hit').reduce((sum, stage) => sum + stage.seconds, 0);
  const counts = [`${ran} ran`, `${hits} reused${hits > 0 ? ` (saved ${duration(saved)})` : ''}`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  return `${outcome} in ${duration(seconds)}: ${counts.join(', ')}`;
}
