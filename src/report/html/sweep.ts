import type { RunSummary } from '../../engine/index.ts';
import type { Json } from '../../json/json.ts';
import type { Measured } from './contents.ts';
import { type Html, html } from './markup.ts';
import { shareWords } from './models.ts';

/** The variants of a sweep, a row each: the swept values, and how the models did; undefined where nothing was swept. */
export function sweepSection(stages: RunSummary['stages'], measured: ReadonlyMap<string, Measured>): Html | undefined {
  const variants = new Map<string, Readonly<Record<string, Json>>>();
  for (const stage of stages) for (const values of stage.variants) variants.set(JSON.stringify(values), values);
  const paths = Object.keys([...variants.values()][0] ?? {});
  const judged = stages.filter(({ id }) => measured.has(id));
  if (paths.length === 0 || judged.length === 0) return undefined;
  const names = [...new Set(judged.map(({ stage }) => stage))];
  const cellsOf = (values: Readonly<Record<string, Json>>, name: string) => {
    const own = judged.find(
      ({ stage, variants: used }) =>
        stage === name && used.some((other) => JSON.stringify(other) === JSON.stringify(values)),
    );
    const result = own && measured.get(own.id);
    return html`<td class="number">${shareWords(result?.clean)}</td><td class="number">${shareWords(result?.corrupted)}</td>`;
  };
  return html`<div class="scroll"><table><thead>
<tr>${paths.map((path) => html`<th scope="col" rowspan="2">${path}</th>`)}${names.map((name) => html`<th scope="colgroup" colspan="2" class="number">${name}</th>`)}</tr>
<tr>${names.map(() => html`<th scope="col" class="number">clean</th><th scope="col" class="number">corrupted</th>`)}</tr></thead>
<tbody>${[...variants.values()].map((values) => html`<tr>${paths.map((path) => html`<th scope="row">${JSON.stringify(values[path])}</th>`)}${names.map((name) => cellsOf(values, name))}</tr>`)}</tbody></table></div>`;
}
