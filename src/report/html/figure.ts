import type { Drawing } from '../drawing/draw.ts';
import { draw, themed } from '../drawing/draw.ts';
import type { Figure } from '../figures/figure.ts';
import { legendHtml } from './legend.ts';
import { Html, html } from './markup.ts';
import { tableHtml } from './table.ts';

/** A figure with its drawings. */
export interface DrawnFigure {
  readonly figure: Figure;
  readonly wide: Drawing | undefined;
  readonly narrow: Drawing | undefined;
}

/** Draws a figure in both widths. */
export async function drawFigure(figure: Figure): Promise<DrawnFigure> {
  const { drawing } = figure;
  return {
    figure,
    wide: drawing && (await draw(drawing.wide)),
    narrow: drawing && (await draw(drawing.narrow)),
  };
}

/** A figure as an article: its finding, how to read it, the drawing, and the numbers behind it. */
export function figureHtml({ figure, wide, narrow }: DrawnFigure): Html {
  const { id, title, say, how, legend, label, caption, table, folded = wide !== undefined } = figure;
  const svg = (drawing: Drawing | undefined, className: string) =>
    drawing && new Html(themed(drawing, { id: `${id}-${className}`, label, className }));
  const numbers = tableHtml(table);
  return html`<article class="item" id="${id}" aria-labelledby="${id}-title"><div class="say"><h3 id="${id}-title">${title}</h3>${say.map((words) => html`<p>${words}</p>`)}${how !== '' && html`<p class="how">${how}</p>`}</div>
<figure class="fig" aria-labelledby="${id}-title">${wide && legendHtml(legend)}${svg(wide, 'wide')}${svg(narrow, 'narrow')}${caption !== '' && html`<figcaption>${caption}</figcaption>`}
${folded ? html`<details><summary>${wide ? 'The numbers behind this figure' : table.caption}</summary>${numbers}</details>` : numbers}</figure></article>`;
}
