import type { StageSummary } from '../../engine/index.ts';
import { fieldsOf } from '../../engine/plan/changes.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { byStage } from '../results/experiment.ts';
import { moment } from '../units.ts';
import { type Html, html } from './markup.ts';

/** More values of a setting than a reader looks through. */
const mostValues = 12;

/** Every setting of each stage: first what differs between its variants, then what they share. */
export function settingsHtml(stages: readonly StageSummary[]): Html {
  return html`${[...byStage(stages)].map(([name, nodes]) => stageSettings(name, nodes))}`;
}

function stageSettings(name: string, nodes: readonly StageSummary[]): Html | undefined {
  const values = new Map<string, Set<string>>();
  for (const { provenance } of nodes) {
    for (const [field, value] of linesOf(provenance['config']))
      values.set(field, (values.get(field) ?? new Set()).add(value));
  }
  if (values.size === 0) return undefined;
  const differing = [...values].filter(([, own]) => own.size > 1);
  const shared = [...values].filter(([, own]) => own.size === 1);
  const term = ([field, own]: readonly [string, ReadonlySet<string>]) =>
    html`<dt>${field}</dt><dd>${some([...own])}</dd>`;
  const keys = nodes.flatMap(({ id, key }) => (key === undefined ? [] : [[id, key] as const]));
  return html`<details><summary>${name}${nodes.length > 1 && `: ${nodes.length} variants`}</summary><dl>
${differing.length > 0 && html`<dt><b>differs</b></dt><dd></dd>${differing.map(term)}`}${differing.length > 0 && shared.length > 0 && html`<dt><b>the same in all</b></dt><dd></dd>`}${shared.map(term)}
${keys.length <= mostValues && keys.map(([id, key]) => html`<dt>key of ${id}</dt><dd><code>${key}</code></dd>`)}</dl></details>`;
}

/** The code and the devices that made the results, each once, with the stages they made. */
export function provenanceHtml(stages: readonly StageSummary[]): Html {
  const makers = new Map<string, { readonly words: readonly string[]; readonly stages: Set<string>; last: string }>();
  for (const { stage, provenance } of stages) {
    const words = [...linesOf(provenance['origin']), ...linesOf(provenance['ranOn'])].map(
      ([field, value]) => `${field}: ${value}`,
    );
    if (words.length === 0) continue;
    const maker = makers.get(words.join('\n')) ?? { words, stages: new Set<string>(), last: '' };
    makers.set(words.join('\n'), maker);
    maker.stages.add(stage);
    const finished = provenance['finished'];
    if (typeof finished === 'string' && finished > maker.last) maker.last = finished;
  }
  const shown = [...makers.values()].slice(0, mostValues);
  return html`${shown.map((maker) => html`<dt>${some([...maker.stages])}</dt><dd><pre><code>${maker.words.join('\n')}</code></pre>${maker.last !== '' && html`<span class="muted">finished ${moment(maker.last)}</span>`}</dd>`)}
${makers.size > shown.length && html`<dt>and</dt><dd>${makers.size - shown.length} more of code and device</dd>`}`;
}

/** Whether some result was computed with uncommitted changes of the code. */
export function isOfDirtyTree({ provenance }: StageSummary): boolean {
  const origin = provenance['origin'];
  const git = isJsonObject(origin) ? origin['git'] : undefined;
  return isJsonObject(git) && git['dirty'] === true;
}

function some(values: readonly string[]): string {
  const shown = values.slice(0, mostValues).join(', ');
  return values.length > mostValues ? `${shown} and ${values.length - mostValues} more` : shown;
}

function linesOf(json: Json | undefined): readonly (readonly [field: string, value: string])[] {
  return isJsonObject(json) ? [...fieldsOf(json)] : [];
}
