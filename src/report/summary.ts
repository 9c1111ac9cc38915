import { frozenOut, type RunSummary, type StageSummary } from '../engine/index.ts';
import { metricLines } from './compare/metrics-text.ts';
import { resultLines } from './compare/results-text.ts';
import { elsewhereWords, reasonWords } from './reason.ts';
import { goalLines } from './results/goal.ts';
import { wrappedTable } from './tables/text-table.ts';
import { duration } from './units.ts';

/**
 * The summary of a run: what ran and why, what was reused and how much time that saved, and the results of the models. @param width of the
 * terminal, in characters; unlimited if there is none.
 */
export function summaryText(summary: RunSummary, width: number = Number.POSITIVE_INFINITY): string {
  const sections = [
    stagesSection(summary, width),
    failuresSection(summary),
    ...resultLines(summary.stages, width),
    metricLines(summary.stages, width),
    summary.goal ? goalLines(summary, summary.goal) : [],
    [closing(summary)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function stagesSection({ stages }: RunSummary, width: number): string[] {
  const rows = stages.map((stage) => [
    stage.id,
    stateWords[stage.state],
    stage.state === 'skipped' ? '' : duration(stage.seconds),
    stage.key?.slice(0, 12) ?? '',
    whyWords(stage),
  ]);
  return wrappedTable(
    [
      { title: 'stage', align: 'left' },
      { title: 'state', align: 'left' },
      { title: 'took', align: 'right' },
      { title: 'key', align: 'left' },
      { title: 'why', align: 'left' },
    ],
    rows,
    width,
  );
}

function failuresSection({ stages }: RunSummary): string[] {
  return stages.filter(({ state }) => state === 'failed').map(({ id, because }) => `${id} failed: ${because}`);
}

/** What people read of the state of a stage that has ended. */
export const stateWords = { hit: 'reused', ran: 'ran', failed: 'failed', skipped: 'skipped' } as const;

/**
 * A line for each reused output that is not in the store: no stage needed it, so it was not computed again.
 * @param isHere whether the content of an output is in the store.
 * @param remedy a sentence on how to get the outputs of a stage.
 */
export function absentText(
  { stages }: RunSummary,
  isHere: (output: StageSummary['outputs'][string]) => boolean,
  remedy: (stage: string) => string,
): string {
  const lines = stages.flatMap(({ id, stage, state, outputs }) => {
    const names = Object.keys(outputs).filter((name) => state === 'hit' && !isHere(outputs[name]!));
    const words = names.map((name) => `${id}.${name}`).join(', ');
    return names.length > 0 ? [`${words}: not in the store, because no stage needed it. ${remedy(stage)}`] : [];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Why a stage ran, or did not, or where its result was found, in a few words. */
export function whyWords({ state, because, reason, from }: StageSummary): string {
  if (from) return elsewhereWords(from);
  if (because === frozenOut && reason) return `would run: ${reasonWords(reason)}`;
  if (state === 'skipped' && because !== undefined) return because;
  return reason ? reasonWords(reason) : '';
}

function closing({ hits, ran, failed, skipped, seconds, stages, outcome }: RunSummary): string {
  const saved = stages.filter(({ state }) => state === 'hit').reduce((sum, stage) => sum + stage.seconds, 0);
  const counts = [`${ran} ran`, `${hits} reused${hits > 0 ? ` (saved ${duration(saved)})` : ''}`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  return `${outcome} in ${duration(seconds)}: ${counts.join(', ')}`;
}

/** What to look at after a run, in one line. @param isFirst whether there is no earlier run to compare it with. */
export function nextText({ run, outcome, stages, ran }: RunSummary, isFirst: boolean): string {
  const failed = stages.find(({ state }) => state === 'failed');
  if (failed) return `next: pipe logs '${failed.id}' for what it wrote, pipe show ${run} for where it failed\n`;
  if (outcome !== 'done' || ran === 0) return '';
  const diff = isFirst ? '' : ', pipe diff -2 for what changed since the run before';
  return `next: pipe report for curves and tables in one file${diff}\n`;
}
