import type { RunSummary, StageSummary } from '../../engine/index.ts';
import { fieldsOf } from '../../engine/plan/changes.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { reasonWords } from '../reason.ts';
import { duration, moment, size } from '../units.ts';
import { type Html, html } from './markup.ts';

const stateWords = { hit: 'reused', ran: 'ran', failed: 'failed', skipped: 'not run' } as const;

/** What ran, what was reused, and why, a stage a row. */
export function stagesSection({ stages }: RunSummary): Html {
  const rows = stages.map(
    (
      stage,
    ) => html`<tr><th scope="row">${stage.id}</th><td>${stage.uses}</td><td class="${stage.state}">${stateWords[stage.state]}</td>
<td class="number">${stage.state === 'skipped' ? '' : duration(stage.seconds)}</td><td><code>${stage.key?.slice(0, 12)}</code></td><td>${why(stage)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th scope="col">stage</th><th scope="col">uses</th><th scope="col">state</th><th scope="col" class="number">took</th><th scope="col">key</th><th scope="col">why</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function why({ because, reason }: StageSummary): string {
  return because ?? (reason ? reasonWords(reason) : '');
}

/** The whole configuration of every stage with a result, what came of it, and what made it. */
export function detailsSection({ stages }: RunSummary): Html {
  return html`${stages.filter(({ provenance }) => Object.keys(provenance).length > 0).map(stageDetails)}`;
}

function stageDetails({ id, key, provenance, outputs }: StageSummary): Html {
  const outputLines = Object.entries(outputs).map(
    ([name, { bytes, digest }]) => `${name}: ${size(bytes)}, sha256 ${digest}`,
  );
  const made = [`key: ${key}`, `run: ${word(provenance['run'])}`, `finished: ${word(provenance['finished'])}`];
  return html`<details><summary>${id}</summary>
<h3>settings</h3><pre><code>${lines(provenance['config']).join('\n')}</code></pre>
<h3>outputs</h3><pre><code>${outputLines.join('\n')}</code></pre>
<h3>made by</h3><pre><code>${[...made, ...lines(provenance['origin']), ...lines(provenance['ranOn']), ...lines(provenance['continued'])].join('\n')}</code></pre></details>`;
}

/** The code and the devices that made the results, each once, with the stages they made. */
export function provenanceSection({ stages }: RunSummary): Html {
  const makers = new Map<string, { readonly words: readonly string[]; readonly stages: string[]; last: string }>();
  for (const { id, provenance } of stages) {
    const words = [...lines(provenance['origin']), ...lines(provenance['ranOn'])];
    if (words.length === 0) continue;
    const maker = makers.get(words.join('\n')) ?? { words, stages: [], last: '' };
    makers.set(words.join('\n'), maker);
    maker.stages.push(id);
    const finished = word(provenance['finished']);
    if (finished > maker.last) maker.last = finished;
  }
  const rows = [...makers.values()].map(
    (maker) =>
      html`<tr><td>${maker.stages.join(', ')}</td><td><pre><code>${maker.words.join('\n')}</code></pre></td><td>${maker.last && moment(maker.last)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th scope="col">stages</th><th scope="col">code and device</th><th scope="col">finished</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Whether some result was made of code with changes that no commit has. */
export function isOfDirtyTree({ provenance }: StageSummary): boolean {
  const origin = provenance['origin'];
  const git = isJsonObject(origin) ? origin['git'] : undefined;
  return isJsonObject(git) && git['dirty'] === true;
}

function lines(json: Json | undefined): readonly string[] {
  return isJsonObject(json) ? [...fieldsOf(json)].map(([field, value]) => `${field}: ${value}`) : [];
}

function word(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}
