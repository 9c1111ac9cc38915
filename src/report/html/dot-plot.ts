import { percent } from '../units.ts';
import { scale } from './axis.ts';
import { mark } from './marks.ts';
import { type Html, html } from './markup.ts';

/** A share with its standard error, both in [0, 1]. */
export interface Share {
  readonly value: number;
  readonly error: number;
}

/** One line of the plot: what every series comes to there. */
export interface DotRow {
  readonly name: string;
  readonly values: readonly (Share | undefined)[];
}

const width = 700;
const rowHeight = 20;
const frame = { left: 210, right: width - 16, top: 8 };

/** Shares of several series on one scale from 0 to 100 %, a row each, with whiskers of one standard error. */
export function dotPlot(title: string, series: readonly string[], rows: readonly DotRow[]): Html {
  const bottom = frame.top + rows.length * rowHeight;
  const x = scale([0, 1], [frame.left, frame.right]);
  const middle = (row: number) => frame.top + (row + 0.5) * rowHeight;
  return html`<svg class="plot wide" viewBox="0 0 ${width} ${bottom + 24}" role="img" aria-label="${title}; of ${series.join(', ')}; the table below has the numbers">
${[0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => html`<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${frame.top}" y2="${bottom}"/><text class="tick" x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${100 * value} %</text>`)}
${rows.map(({ name, values }, row) => html`<text class="tick" x="${frame.left - 10}" y="${middle(row) + 4}" text-anchor="end">${name}</text>${values.map((share, at) => share && dot(share, at, x, middle(row) + offset(at, values.length), `${series[at]}, ${name}`))}`)}
</svg>`;
}

function dot({ value, error }: Share, series: number, x: (value: number) => number, y: number, name: string): Html {
  const [low, high] = [x(Math.max(0, value - error)), x(Math.min(1, value + error))];
  return html`<g><title>${name}: ${percent(value)} ± ${percent(error)}</title><line class="whisker s${series + 1}" x1="${low}" x2="${high}" y1="${y}" y2="${y}"/>${mark(series, x(value), y)}</g>`;
}

/** Series stand a little apart within a row, so that none hides another. */
function offset(series: number, count: number): number {
  return (series - (count - 1) / 2) * Math.min(4.5, (rowHeight - 6) / count);
}
