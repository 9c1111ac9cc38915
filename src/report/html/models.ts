import { percent } from '../units.ts';
import type { Measured } from './contents.ts';
import { dotPlot, type Share } from './dot-plot.ts';
import { legend, mostSeries } from './marks.ts';
import { type Html, html } from './markup.ts';

/** A model that was judged, by the id of the stage that judged it. */
export interface JudgedModel {
  readonly id: string;
  readonly measured: Measured;
}

interface Row {
  readonly name: string;
  readonly of: (measured: Measured) => Share | undefined;
}

/** Accuracy of every judged model on clean images and on each corruption: a plot, a table, and what to think of the numbers. */
export function modelsSection(models: readonly JudgedModel[]): Html {
  const corruptions = [...new Set(models.flatMap(({ measured }) => Object.keys(measured.byCorruption)))];
  const rows: readonly Row[] = [
    { name: 'clean', of: ({ clean }) => clean },
    ...(corruptions.length > 0
      ? [{ name: `mean of ${corruptions.length} corruptions`, of: (of: Measured) => of.corrupted }]
      : []),
    ...corruptions.map((name) => ({ name, of: ({ byCorruption }: Measured) => byCorruption[name] })),
  ];
  const plotted = models.slice(0, mostSeries);
  const plot = dotPlot(
    'Accuracy on clean and on corrupted images',
    plotted.map(({ id }) => id),
    rows.map(({ name, of }) => ({
      name: name.replaceAll('_', ' '),
      values: plotted.map(({ measured }) => of(measured)),
    })),
  );
  const left = models.length - plotted.length;
  return html`<figure class="card">${legend(plotted.map(({ id }) => id))}${plot}<figcaption>Accuracy with whiskers of one standard error.${left > 0 && ` ${left} more models are in the table only.`}</figcaption></figure>
<div class="scroll"><table><thead><tr><th scope="col">accuracy</th>${models.map(({ id }) => html`<th scope="col" class="number">${id}</th>`)}</tr></thead>
<tbody>${rows.map(({ name, of }) => html`<tr><th scope="row">${name}</th>${models.map(({ measured }) => html`<td class="number">${shareWords(of(measured))}</td>`)}</tr>`)}</tbody></table></div>
${caveats(models)}`;
}

function caveats(models: readonly JudgedModel[]): Html {
  const unique = (texts: readonly string[]) => [...new Set(texts.filter((text) => text !== ''))];
  const sources = unique(models.map(({ measured }) => measured.source));
  const counts = unique(models.map(({ measured }) => measured.images.toLocaleString('en-US')));
  const missing = unique(
    models.flatMap(({ measured }) => Object.entries(measured.notEvaluated).map(([name, why]) => `${name}: ${why}`)),
  );
  return html`<p class="muted">Images: ${sources.join('; ')}. Clean accuracy is over ${counts.join(' or ')} images. A standard error here is that of drawing so many test images, √(p(1−p)/n), which is 0 where
all of them are right and yet proves nothing of others;
it says nothing of how another seed would have trained: <code>pipe compare</code> with a sweep over seeds does.</p>
${missing.length > 0 && html`<p class="notice">Not evaluated: ${missing.join('; ')}</p>`}`;
}

/** `81.20 ± 1.24 %`. */
export function shareWords(share: Share | undefined): string {
  return share === undefined ? '–' : `${percent(share.value).replace(' %', '')} ± ${percent(share.error)}`;
}
