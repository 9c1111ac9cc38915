import { type Curve, curvesOutput, type OutputRecord, type RunState, type StageState } from '../engine/index.ts';
import { type Html, html } from '../report/html/markup.ts';
import { reportStyle } from '../report/html/style.ts';
import { progressWords } from '../report/progress-line.ts';
import { duration, stageCount } from '../report/units.ts';
import { answerSoFar } from './answer.ts';
import { curveChart } from './curve.ts';
import { script, watchStyle } from './script.ts';
import type { LivePage } from './server.ts';

/** A run that a page shows. */
export interface WatchedRun {
  /** Its state according to its events. */
  readonly state: RunState;
  /** Seconds on the clock of that state. */
  now(): number;
  /** The curves so far of a running stage. */
  running(stage: string): Readonly<Record<string, Curve>>;
  /** The curves stored with a result; empty if they are missing. */
  kept(output: OutputRecord): ReadonlyMap<string, Curve>;
  /** The end of the log of the stage with this key. */
  log(key: string): string;
  /** Set if nothing will follow although the run has not finished. */
  broken(): Broken | undefined;
}

/** The end of a run that did not finish. */
export interface Broken {
  /** Why nothing will follow, and what to do. */
  readonly words: string;
  /** When it was last heard of, in seconds on the clock of its state. */
  readonly lastHeard: number;
}

/** Nobody looks at more charts than these; the report has all. */
const mostCharts = 24;

/** More sentences of the same kind add nothing. */
const mostFailures = 3;

/** The page of a run. */
export function pageOf(run: WatchedRun): LivePage {
  const answer = answers(run);
  return {
    script,
    style: reportStyle + watchStyle,
    document: (log, files) => (log === undefined || stageOf(run, log) ? documentOf(run, log, files) : undefined),
    parts: (log) => textsOf(log === undefined ? { ...partsOf(run), answer: answer() } : logParts(run, log)),
  };
}

function documentOf(run: WatchedRun, log: string | undefined, files: { script: string; style: string }): string {
  const main =
    log === undefined
      ? html`<section aria-labelledby="answer-title"><h2 id="answer-title">Answer</h2><div class="answer" id="answer"></div></section>
<section aria-labelledby="stages"><h2 id="stages">Stages</h2><div class="scroll" tabindex="0" role="region" aria-label="Table of stages"><table class="stages"><thead><tr><th scope="col">stage</th><th scope="col">state</th><th scope="col">now</th><th scope="col" class="n left">left</th><th scope="col">log</th></tr></thead><tbody id="rows"></tbody></table></div></section>
<section aria-labelledby="curves-title"><h2 id="curves-title">Curves</h2><div class="curves" id="curves"></div></section>`
      : html`<p><a href="/">All stages</a></p><pre id="log" role="log" tabindex="0" aria-label="Log of the stage"></pre>`;
  const events = log === undefined ? '/events' : `/events?log=${log}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>pipe</title><link rel="stylesheet" href="${files.style}"><script src="${files.script}" defer></script></head>
<body data-events="${events}"><div class="page"><header><p class="eyebrow"><b>${run.state.pipeline}</b><span>run ${run.state.run}</span><span id="link" role="status">not connected yet</span></p>
<h1 id="headline">A run of pipe</h1><p class="lead" id="lead"></p><div id="notice" role="status"></div><div id="bar"></div></header><main>${main}</main><footer>This page follows one run and stores nothing. <code>pipe report</code> writes its results to a file.</footer></div></body></html>
`.text;
}

/** How many stages are done, by what became of them. */
function bar(run: WatchedRun): Html {
  const { state } = run;
  const all = Math.max(1, state.outlines.length);
  let from = 0;
  const drawn = ['hit', 'ran', 'failed', ...(brokenOf(run) ? [] : (['running'] as const))] as const;
  const parts = drawn.map((name) => {
    const count = state.count(name);
    from += count;
    return html`<rect class="${name}" x="${from - count}" width="${count}" height="1"/>`;
  });
  return html`<svg class="bar" role="progressbar" aria-label="Stages done" aria-valuemin="0" aria-valuemax="${all}" aria-valuenow="${state.count('hit', 'ran')}" viewBox="0 0 ${all} 1" preserveAspectRatio="none">${parts}</svg>`;
}

/** The answer so far, made anew only where a result is new. */
function answers(run: WatchedRun): () => Html {
  const { state } = run;
  let known: { readonly of: string; readonly answer: Html } | undefined;
  return () => {
    const of = `${state.count('hit', 'ran')} ${state.outcome} ${isOver(run)}`;
    if (known?.of !== of) {
      const answer = answerSoFar(state, isOver(run)) ?? html`<p class="muted">No stage has a result with a metric.</p>`;
      known = { of, answer };
    }
    return known.answer;
  };
}

function partsOf(run: WatchedRun): Readonly<Record<string, Html>> {
  const { state } = run;
  const parts: Record<string, Html> = {
    headline: html`${headline(run)}`,
    lead: html`${counts(run)}`,
    notice: notice(run),
    bar: bar(run),
    'answer-title': html`${isOver(run) ? 'Answer' : 'Answer so far'}`,
    'curves-title': html`${isOver(run) ? 'Curves' : 'Curves so far'}`,
    // Their cells are separate parts, so that a link keeps the focus while the rest of its row changes.
    rows: html`${state.outlines.map(({ id, uses }, at) => html`<tr><th scope="row">${id}<small>${uses}</small></th><td id="state-${at}"></td><td id="now-${at}"></td><td id="left-${at}" class="n left"></td><td id="log-${at}"></td></tr>`)}`,
  };
  state.outlines.forEach(({ id }, at) => {
    const stage = state.stageOf(id);
    const [mark, word] = wordsOf(run, stage.state);
    parts[`state-${at}`] = html`<span class="mark" aria-hidden="true">${mark}</span>${word}`;
    parts[`now-${at}`] = html`${nowWords(run, stage)}`;
    parts[`left-${at}`] = html`${leftOf(run, stage)}`;
    const key = hasLog(stage) ? stage.key : undefined;
    parts[`log-${at}`] = html`${key !== undefined && html`<a href="/log/${key}" aria-label="log of ${id}">log</a>`}`;
  });
  parts['curves'] = curves(run);
  return parts;
}

function logParts(run: WatchedRun, log: string): Readonly<Record<string, Html>> {
  const stage = stageOf(run, log);
  if (!stage) return {};
  const { state } = run.state.stageOf(stage.id);
  const text = run.log(log);
  return {
    headline: html`${stage.id}`,
    lead: html`${wordsOf(run, state)[1]}; the end of its log`,
    notice: notice(run),
    log: html`${text === '' ? 'the log is empty or no longer stored' : text}`,
  };
}

function textsOf(parts: Readonly<Record<string, Html>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parts).map(([id, { text }]) => [id, text]));
}

const stateWords: Readonly<Record<StageState['state'], readonly [mark: string, word: string]>> = {
  pending: ['\u00b7', 'queued'],
  waiting: ['\u2026', 'waiting'],
  running: ['\u25d0', 'running'],
  hit: ['\u25aa', 'reused'],
  ran: ['\u25a0', 'done'],
  failed: ['\u00d7', 'failed'],
  skipped: ['\u2013', 'skipped'],
};

/** For states that will not change any more, because the run is gone. */
const brokenWords: Partial<typeof stateWords> = {
  pending: ['\u2013', 'not started'],
  waiting: ['\u2013', 'not started'],
  running: ['\u00d7', 'interrupted'],
};

function wordsOf(run: WatchedRun, state: StageState['state']): readonly [mark: string, word: string] {
  return (brokenOf(run) && brokenWords[state]) ?? stateWords[state];
}

/** A run that finished is not broken, even if it is no longer in the store. */
function brokenOf(run: WatchedRun): Broken | undefined {
  return run.state.outcome === undefined ? run.broken() : undefined;
}

/** Whether nothing will follow. */
function isOver(run: WatchedRun): boolean {
  return run.state.outcome !== undefined || brokenOf(run) !== undefined;
}

function headline(run: WatchedRun): string {
  const { state } = run;
  const total = state.outlines.length;
  if (total === 0) return 'The run has not started';
  const done = `${state.count('hit', 'ran')} of ${stageCount(total)} done`;
  if (state.outcome === 'done') return `${done} in ${duration(state.seconds)}`;
  if (state.outcome !== undefined) return `The run ${state.outcome === 'failed' ? 'failed' : 'was stopped'}: ${done}`;
  if (brokenOf(run)) return `Interrupted: ${done}`;
  const left = secondsLeft(run);
  return left === undefined ? done : `${done}, about ${duration(left)} left`;
}

function counts(run: WatchedRun): string {
  const found = new Map<string, number>();
  for (const state of ['hit', 'ran', 'failed', 'skipped', 'running', 'waiting', 'pending'] as const) {
    const [, word] = wordsOf(run, state);
    found.set(word, (found.get(word) ?? 0) + run.state.count(state));
  }
  return [...found].flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ');
}

function notice(run: WatchedRun): Html {
  const broken = brokenOf(run);
  const failed = run.state.outlines.flatMap(({ id }) => {
    const stage = run.state.stageOf(id);
    return stage.state === 'failed' ? [`${id} failed: ${stage.message}`] : [];
  });
  const more = failed.length - mostFailures;
  const words = [
    ...(broken ? [broken.words] : []),
    ...failed.slice(0, mostFailures),
    ...(more > 0 ? [`${stageCount(more)} more failed.`] : []),
  ];
  return html`${words.map((sentence) => html`<p class="notice">${sentence}</p>`)}`;
}

function nowWords(run: WatchedRun, stage: StageState): string {
  const broken = brokenOf(run);
  switch (stage.state) {
    case 'running':
      if (broken) return brokenStageWords(stage, broken);
      // The time left has a separate column.
      return stage.progress
        ? progressWords(stage.progress.latest, { ...stage.progress.rate, secondsLeft: undefined })
        : `for ${duration(Math.max(0, run.now() - stage.since))}`;
    case 'waiting':
      return broken ? '' : `${stage.holder} is computing it`;
    case 'ran':
      return `took ${duration(stage.seconds)}`;
    case 'hit':
      return `saved ${duration(stage.seconds)}`;
    case 'failed':
      return stage.message;
    case 'skipped':
      return stage.because;
    case 'pending':
      return '';
  }
}

/** How far a stage was when its run was last heard of. */
function brokenStageWords(stage: Extract<StageState, { state: 'running' }>, { lastHeard }: Broken): string {
  const after = `after ${duration(Math.max(0, lastHeard - stage.since))}`;
  if (!stage.progress) return after;
  return `${after}, at ${progressWords(stage.progress.latest, { perSecond: undefined, secondsLeft: undefined })}`;
}

function leftOf(run: WatchedRun, stage: StageState): string {
  if (brokenOf(run)) return '';
  const left = stage.state === 'running' ? stage.progress?.rate.secondsLeft : undefined;
  return left === undefined ? '' : duration(left);
}

/**
 * How long the run will take, approximately: for running stages by their own speed, for others by other variants of their stage. Undefined
 * if one of these is unknown.
 */
function secondsLeft({ state }: WatchedRun): number | undefined {
  const took = new Map<string, number>();
  for (const { id, stage } of state.outlines) {
    const at = state.stageOf(id);
    if (at.state === 'ran') took.set(stage, Math.max(at.seconds, took.get(stage) ?? 0));
  }
  let [sum, longest] = [0, 0];
  for (const { id, stage } of state.outlines) {
    const at = state.stageOf(id);
    if (at.state !== 'running' && at.state !== 'pending' && at.state !== 'waiting') continue;
    const left = at.state === 'running' ? at.progress?.rate.secondsLeft : took.get(stage);
    if (left === undefined) return undefined;
    sum += left;
    longest = Math.max(longest, left);
  }
  return sum === 0 ? undefined : Math.max(longest, sum / Math.max(1, state.count('running')));
}

/** Charts of running stages, then of finished ones, the latest first. */
function curves(run: WatchedRun): Html {
  const { state } = run;
  const charts: Html[] = [];
  const order = { running: 0, ran: 1, hit: 2 } as const;
  const stages = state.outlines
    .flatMap(({ id }) => {
      const stage = state.stageOf(id);
      return stage.state === 'running' || stage.state === 'ran' || stage.state === 'hit' ? [{ id, stage }] : [];
    })
    .reverse()
    .sort((a, b) => order[a.stage.state] - order[b.stage.state]);
  for (const { id, stage } of stages) {
    if (charts.length >= mostCharts) break;
    const kept = stage.state === 'running' ? undefined : stage.outputs[curvesOutput];
    const found = stage.state === 'running' ? Object.entries(run.running(id)) : kept ? [...run.kept(kept)] : [];
    charts.push(...found.flatMap(([metric, curve]) => curveChart(id, metric, curve) ?? []));
  }
  const shown = charts.slice(0, mostCharts);
  return shown.length === 0
    ? html`<p class="muted">${isOver(run) ? 'No stage reported a metric with a step.' : 'No stage has reported a metric with a step yet.'}</p>`
    : html`${shown}`;
}

function hasLog(stage: StageState): stage is Exclude<StageState, { state: 'pending' | 'waiting' | 'skipped' }> {
  return stage.state === 'running' || stage.state === 'ran' || stage.state === 'hit' || stage.state === 'failed';
}

/** The stage of a log: only for keys of this run. */
function stageOf({ state }: WatchedRun, key: string) {
  return state.outlines.find(({ id }) => {
    const stage = state.stageOf(id);
    return hasLog(stage) && stage.key === key;
  });
}
