import { type Html, html } from './markup.ts';

/** How many series one plot may hold: as many as have a colour and a shape of their own. */
export const mostSeries = 4;

/** The mark of a series: a colour and a shape, so that it is told apart without colours, too. */
export function mark(series: number, x: number, y: number): Html {
  const name = `mark s${series + 1}`;
  switch (series % mostSeries) {
    case 0:
      return html`<circle class="${name}" cx="${x}" cy="${y}" r="3.5"/>`;
    case 1:
      return html`<rect class="${name}" x="${x - 3.2}" y="${y - 3.2}" width="6.4" height="6.4"/>`;
    case 2:
      return html`<path class="${name}" d="M${x} ${y - 4.4}l4.4 7.6h-8.8z"/>`;
    default:
      return html`<path class="${name}" d="M${x} ${y - 4.8}l4.8 4.8l-4.8 4.8l-4.8 -4.8z"/>`;
  }
}

/** Which mark is whose, as HTML beside a plot. */
export function legend(names: readonly string[]): Html {
  const items = names.map(
    (name, series) =>
      html`<li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${mark(series, 6, 6)}</svg> ${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
