import { extent, scale, ticks } from './axis.ts';
import { mark } from './marks.ts';
import { type Html, html } from './markup.ts';

/** One line: its values at 1, 2, 3, … */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** With more epochs the marks would hide the line. */
const mostMarks = 40;
const [width, height] = [340, 210];
const frame = { left: 52, right: width - 10, top: 12, bottom: height - 34 };

/** Lines over epochs, as an SVG that says in words what it shows. */
export function linePlot(title: string, lines: readonly Line[], format: (value: number) => string): Html {
  const count = Math.max(...lines.map(({ values }) => values.length));
  const all = lines.flatMap(({ values }) => values);
  const x = scale(count > 1 ? [1, count] : [0, 2], [frame.left + 8, frame.right - 8]);
  const range = extent(all);
  const y = scale(range, [frame.bottom, frame.top]);
  const words = lines.map(({ name, values }) => `${name} from ${format(values[0]!)} to ${format(values.at(-1)!)}`);
  const epochTicks = count > 1 ? ticks(1, count, Math.min(6, count - 1)).filter(Number.isInteger) : [1];
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} over ${count} epochs: ${words.join('; ')}">
${ticks(...range, 4).map((value) => html`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${frame.left - 6}" y="${y(value) + 4}" text-anchor="end">${format(value)}</text>`)}
${epochTicks.map((value) => html`<text class="tick" x="${x(value)}" y="${frame.bottom + 16}" text-anchor="middle">${value}</text>`)}
<text class="axis" x="${(frame.left + frame.right) / 2}" y="${height - 4}" text-anchor="middle">epoch</text>
${lines.map(({ values }, series) => html`<polyline class="line s${series + 1}" points="${values.map((value, at) => `${x(at + 1)},${y(value)}`).join(' ')}"/>${count <= mostMarks && values.map((value, at) => mark(series, x(at + 1), y(value)))}`)}
</svg>`;
}
