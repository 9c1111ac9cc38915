import type { Figure, Sign } from '../figures/figure.ts';
import { Html, html } from './markup.ts';

const filled = (role: string) =>
  `<line x1="1" y1="7" x2="27" y2="7" stroke="var(--${role})" stroke-width="2"/><circle cx="14" cy="7" r="4.6" fill="var(--${role})"/>`;
const line = (attributes: string) => `<line x1="1" y1="7" x2="27" y2="7" stroke="var(--ink)" ${attributes}/>`;
const square = (attributes: string) => `<rect x="9" y="2.5" width="9" height="9" ${attributes}/>`;

const signs: Readonly<Record<Sign, string>> = {
  student: filled('student'),
  teacher:
    '<line x1="1" y1="7" x2="27" y2="7" stroke="var(--teacher)" stroke-width="2" stroke-dasharray="7 3"/><path d="M14 1.4 19.2 7 14 12.6 8.8 7z" fill="var(--teacher)"/>',
  control:
    '<line x1="1" y1="7" x2="27" y2="7" stroke="var(--control)" stroke-width="2" stroke-dasharray="2 3"/><circle cx="14" cy="7" r="4" fill="var(--paper)" stroke="var(--control)" stroke-width="1.8"/>',
  thin: line('stroke-width=".8" opacity=".6"'),
  thick: line('stroke-width="2.4"'),
  dashed: line('stroke-width="2.4" stroke-dasharray="4 3"'),
  sure: filled('student'),
  unsure:
    '<line x1="1" y1="7" x2="27" y2="7" stroke="var(--student)" stroke-width="2"/><circle cx="14" cy="7" r="4" fill="var(--paper)" stroke="var(--student)" stroke-width="1.8"/>',
  ran: square('fill="var(--ran)"'),
  reused: square('fill="var(--reused)"'),
  failed: '<path d="M9 2.5l9 9M18 2.5l-9 9" stroke="var(--failed)" stroke-width="2.6"/>',
  waiting: square('fill="none" stroke="var(--control)" stroke-width="1.3" stroke-dasharray="2 2"'),
};

/** The meaning of the symbols, above a drawing. */
export function legendHtml(legend: Figure['legend']): Html | undefined {
  if (legend.length === 0) return undefined;
  return html`<ul class="key">${legend.map(([sign, words]) => html`<li><svg viewBox="0 0 28 14" aria-hidden="true">${new Html(signs[sign])}</svg>${words}</li>`)}</ul>`;
}
