import type { Curve } from '../engine/index.ts';
import { type Html, html } from '../report/html/markup.ts';
import { plainWords } from '../report/results/numbers.ts';

const [width, height, base] = [340, 110, 90];

/**
 * A small chart of a metric so far, with its range in words. It is drawn again every second during training, so it is our own code instead
 * of Vega.
 */
export function curveChart(stage: string, metric: string, { steps, values }: Curve): Html | undefined {
  const points = steps.flatMap((step, at) => {
    const value = values[at];
    return typeof value === 'number' && Number.isFinite(value) ? [{ step, value }] : [];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return undefined;
  const [lowStep, highStep] = rangeOf(points.map(({ step }) => step));
  const [low, high] = rangeOf(points.map(({ value }) => value));
  const x = (step: number) => 4 + (332 * (step - lowStep)) / (highStep - lowStep || 1);
  // A constant is in the middle: at the bottom it would look like zero.
  const y = (value: number) => base - 4 - (base - 12) * (high > low ? (value - low) / (high - low) : 0.5);
  const line = points.map(({ step, value }) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const words = `${metric} of ${stage}: ${plainWords(first.value)} at step ${first.step}, ${plainWords(last.value)} at step ${last.step}; between ${plainWords(low)} and ${plainWords(high)}`;
  return html`<figure><h3>${metric}</h3><p class="muted">${stage}: ${plainWords(last.value)} at step ${last.step}</p>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${words}"><path d="M0 ${base}H${width}" stroke="var(--rule)"/><polyline points="${line}" fill="none" stroke="var(--student)" stroke-width="2"/><circle cx="${x(last.step).toFixed(1)}" cy="${y(last.value).toFixed(1)}" r="3.5" fill="var(--student)"/><text x="0" y="106" fill="var(--muted)">step ${lowStep}</text><text x="${width}" y="106" text-anchor="end" fill="var(--muted)">step ${highStep}</text></svg>
<figcaption>${high > low ? `From ${plainWords(low)} to ${plainWords(high)}.` : 'The same at every step.'}</figcaption></figure>`;
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
