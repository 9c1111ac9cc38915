import type { RunSummary } from '../../engine/index.ts';
import { duration, moment } from '../units.ts';
import { type Contents, historyOf, isSynthetic, type Measured, measuredOf } from './contents.ts';
import { Html, html } from './markup.ts';
import { modelsSection, shareWords } from './models.ts';
import { detailsSection, isOfDirtyTree, provenanceSection, stagesSection } from './stages.ts';
import { style } from './style.ts';
import { sweepSection } from './sweep.ts';
import { trainingSection } from './training.ts';

/** What a report is about. */
export interface Report {
  readonly summary: RunSummary;
  /** What was typed to come to it: the pipeline and the options that chose its settings. */
  readonly command: string;
  /** The run and when it began, in ISO 8601; absent where the report is about what the store has of a pipeline. */
  readonly run?: { readonly id: string; readonly started: string; readonly isRunning: boolean };
  /** By stage id. */
  readonly contents: ReadonlyMap<string, Contents>;
  /** Outputs that are no longer in the store, `stage.output`. */
  readonly missing: readonly string[];
  readonly version: string;
}

/** A report as one HTML file that needs no network, no script, and nothing beside it. */
export function reportHtml(report: Report): string {
  const { summary, contents, version } = report;
  const measured = new Map<string, Measured>();
  for (const [id, own] of contents) {
    const found = measuredOf(own);
    if (found) measured.set(id, found);
  }
  const trained = [...contents].flatMap(([id, own]) => {
    const history = historyOf(own);
    return history ? [trainingSection(id, history)] : [];
  });
  const models = [...measured].map(([id, of]) => ({ id, measured: of }));
  const sweep = sweepSection(summary.stages, measured);
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${summary.pipeline}: ${headline(report)}</title><style>${new Html(style)}</style></head>
<body>
<header><h1>${summary.pipeline}</h1><p class="muted">${headline(report)}</p>${notices(report)}
<ul class="figures">${figures(summary, models).map(([name, value]) => html`<li>${name}<strong>${value}</strong></li>`)}</ul></header>
<main>
${section('How good the models are', models.length > 0 && modelsSection(models))}
${section('The sweep', sweep)}
${section('Training', trained.length > 0 && trained)}
${section('What ran', stagesSection(summary))}
${section('How it was asked for', html`<p><code>${report.command}</code></p><p class="muted">Below, every setting of each stage with a result, after overlays, options and defaults.</p>${detailsSection(summary)}`)}
${section('What made it', provenanceSection(summary))}
</main>
<footer>Written by pipe ${version}. Everything in it is in this one file.</footer>
</body>
</html>
`;
  return page.text;
}

function section(title: string, content: Html | readonly Html[] | undefined | false): Html | undefined {
  if (content === undefined || content === false) return undefined;
  return html`<section><h2>${title}</h2>${content}</section>`;
}

function headline({ run, summary }: Report): string {
  if (!run) return 'as the store has it now';
  if (run.isRunning)
    return `run ${run.id}, started ${moment(run.started)}, is still going on; this is what the store has by now`;
  return `run ${run.id}, started ${moment(run.started)}, ${summary.outcome} in ${duration(summary.seconds)}`;
}

function notices({ summary, missing }: Report): readonly Html[] {
  const { stages } = summary;
  const failed = stages.filter(({ state }) => state === 'failed');
  const dirty = stages.filter(isOfDirtyTree).map(({ id }) => id);
  const texts = [
    stages.some(isSynthetic) &&
      'The images are SYNTHETIC: drawn by the program to try the pipeline out. The numbers say nothing about CIFAR-10.',
    ...failed.map(({ id, because }) => `${id} failed: ${because}`),
    dirty.length > 0 && `Made of code with uncommitted changes, which no commit names: ${dirty.join(', ')}.`,
    missing.length > 0 && `No longer whole in the store, and so not shown: ${missing.join(', ')}.`,
  ];
  return texts.flatMap((text) => (text ? [html`<p class="notice" role="note">${text}</p>`] : []));
}

function figures(
  { ran, hits, failed, skipped, stages }: RunSummary,
  models: readonly { readonly id: string; readonly measured: Measured }[],
): readonly (readonly [name: string, value: string])[] {
  const saved = stages.filter(({ state }) => state === 'hit').reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    ...models.slice(0, 2).map(({ id, measured }) => [`${id}, clean`, shareWords(measured.clean)] as const),
    ['stages run', String(ran)],
    ['reused', hits > 0 ? `${hits} (${duration(saved)} saved)` : '0'],
    ...(failed + skipped > 0 ? [['failed or not run', `${failed + skipped}`] as const] : []),
  ];
}
