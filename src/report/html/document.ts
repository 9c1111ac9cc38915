import type { RunSummary } from '../../engine/index.ts';
import { isOfSyntheticImages } from '../../evaluation/metrics.ts';
import { imageNotes } from '../compare/results-text.ts';
import type { Study } from '../results/study.ts';
import { duration, moment } from '../units.ts';
import { answerHtml, tilesHtml, titleOf } from './answer.ts';
import { type DrawnFigure, figureHtml } from './figure.ts';
import { Html, html } from './markup.ts';
import { isOfDirtyTree, provenanceHtml, settingsHtml } from './settings.ts';
import { reportStyle } from './style.ts';

/** The subject of a report. */
export interface About {
  readonly summary: RunSummary;
  /** The typed command: the pipeline and the options for its settings. */
  readonly command: string;
  /** The run and its start, in ISO 8601; absent if the report is about a pipeline's results in the store. */
  readonly run?: {
    readonly id: string;
    readonly started: string;
    readonly isRunning: boolean;
    readonly interrupted?: Interrupted;
  };
  readonly version: string;
}

/** The end of a run that was interrupted. */
export interface Interrupted {
  /** How long it ran, in seconds, as far as is known. */
  readonly seconds: number;
  /** What happened, and what to do. */
  readonly words: string;
}

/** A part of the page with its figures. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly DrawnFigure[];
  readonly more?: Html;
}

/** More sentences of the same kind add nothing. */
const mostFailures = 5;

/** A report as one HTML file, without network, scripts, or other files. */
export function pageHtml(
  about: About,
  study: Study | undefined,
  sections: readonly Section[],
  { missing, warnings }: { readonly missing: readonly string[]; readonly warnings: readonly string[] },
): string {
  const { summary, command, version } = about;
  const shown = sections.filter(({ figures, more }) => figures.length > 0 || more !== undefined);
  const links = [...shown, { id: 'settings', title: 'Settings' }, { id: 'provenance', title: 'Provenance' }];
  const title = titleOf(study, summary);
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${summary.pipeline}: ${headline(about)}</title><style>${new Html(reportStyle)}</style></head>
<body><a class="skip" href="#main">Skip to the figures</a>
<div class="page">
<header><p class="eyebrow"><b>${summary.pipeline}</b><span>${headline(about)}</span></p><h1>${title}</h1>
${study && answerHtml(study)}${noticesHtml(about, missing, warnings)}
${tilesHtml(study, summary)}
<nav aria-label="Parts of this page"><ul>${links.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main id="main">
${shown.map(({ id, title: name, figures, more }) => sectionHtml(id, name, html`${figures.map(figureHtml)}${more}`))}
${sectionHtml('settings', 'Settings', articleHtml('all-settings', 'Every setting', 'After overlays, options and defaults; what differs between variants first.', settingsHtml(summary.stages)))}
${sectionHtml('provenance', 'Provenance', articleHtml('made', 'How to reproduce it', 'The code and the device that made each result, as recorded.', html`<dl><dt>command</dt><dd><code>${command}</code></dd>${imagesHtml(study)}${provenanceHtml(summary.stages)}</dl>`))}
</main>
<footer>Written by pipe ${version}. Everything is in this one file: no script, no network.</footer>
</div></body>
</html>
`;
  return kept(page.text);
}

function sectionHtml(id: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${id}-heading"><h2 id="${id}-heading"><a id="${id}"></a>${title}</h2>${content}</section>`;
}

/** Content with a title and a sentence at the left, as for figures. */
export function articleHtml(id: string, title: string, say: string, content: Html, how?: string): Html {
  return html`<article class="item" id="${id}" aria-labelledby="${id}-title"><div class="say"><h3 id="${id}-title">${title}</h3><p>${say}</p>${how !== undefined && html`<p class="how">${how}</p>`}</div><div class="fig">${content}</div></article>`;
}

function imagesHtml(study: Study | undefined): Html | undefined {
  const notes = study ? imageNotes(study.models) : [];
  return notes.length > 0 ? html`<dt>images</dt><dd>${notes.map((note) => html`<p>${note}</p>`)}</dd>` : undefined;
}

function headline({ run, summary }: About): string {
  if (!run) return 'results in the store now';
  if (run.isRunning)
    return `run ${run.id}, started ${moment(run.started)}, is still running; these are its results so far`;
  if (run.interrupted)
    return `run ${run.id}, started ${moment(run.started)}, interrupted after ${duration(run.interrupted.seconds)}`;
  return `run ${run.id}, started ${moment(run.started)}, ${summary.outcome} in ${duration(summary.seconds)}`;
}

function noticesHtml(
  { run, summary: { stages } }: About,
  missing: readonly string[],
  warnings: readonly string[],
): readonly Html[] {
  const failed = stages.filter(({ state }) => state === 'failed');
  const dirty = [...new Set(stages.filter(isOfDirtyTree).map(({ stage }) => stage))];
  const texts = [
    run?.interrupted?.words,
    stages.some(({ metrics }) => isOfSyntheticImages(metrics)) &&
      'The images are SYNTHETIC: drawn by the program to try the pipeline out. The numbers say nothing about CIFAR-10.',
    ...failed.slice(0, mostFailures).map(({ id, because }) => `${id} failed: ${because}`),
    failed.length > mostFailures && `${failed.length - mostFailures} more failed; the pipeline below has them all.`,
    dirty.length > 0 && `Computed with uncommitted changes to the code: ${dirty.join(', ')}.`,
    missing.length > 0 && `No longer complete in the store, so not shown: ${missing.join(', ')}.`,
    ...warnings.map((warning) => `${warning}.`),
  ];
  return texts.flatMap((text) => (text ? [html`<p class="notice" role="note">${text}</p>`] : []));
}

/** Keeps a number with its unit and its ± on one line. */
function kept(page: string): string {
  const [start, end] = [page.indexOf('<body'), page.length];
  const body = page.slice(start, end).replaceAll(/>[^<]+</gu, (text) =>
    text
      .replaceAll(/(\d) (%|±|points\b)/gu, '$1\u00a0$2')
      .replaceAll(/± (\d)/gu, '±\u00a0$1')
      .replaceAll(/\b([np]) ([=<]) (?=[.\d])/gu, '$1\u00a0$2\u00a0'),
  );
  return page.slice(0, start) + body;
}
