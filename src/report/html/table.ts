import { textWidth } from '../drawing/text-width.ts';
import type { DataRow, DataTable } from '../tables/data-table.ts';
import { inGroups } from '../tables/formats.ts';
import { type Html, html } from './markup.ts';

/** More rows than a reader looks through: a page with many variants would be too large to send. */
const mostRows = 120;

/** The width of the figure column, in pixels, and the text size of a table. */
const columnWidth = 720;
const textSize = 13;
const gap = 14;

/**
 * A table with its notes. A table that is wider than the column is split into several, which repeat the first column, so that print loses
 * none; if one is still too wide, as on a phone, it scrolls, also by keyboard.
 */
export function tableHtml(table: DataTable): Html {
  const { notes } = table;
  const shown = table.rows.slice(0, mostRows);
  const cut = table.rows.length - shown.length;
  const all = [...notes, ...(cut > 0 ? [`${cut} more rows: --tables writes all of them.`] : [])];
  return html`${splits(table, shown).map((columns, at) => partHtml(table, shown, columns, at + 1))}
${all.length > 0 && html`<ul class="notes">${all.map((note) => html`<li>${note}</li>`)}</ul>`}`;
}

/** Which columns form one table: the first, and as many others as fit. */
function splits({ columns }: DataTable, rows: readonly DataRow[]): readonly (readonly number[])[] {
  const widths = columns.map(({ title }, at) => {
    const cells = rows.slice(0, 40).map(({ cells: own }) => textWidth(own[at]!.text, textSize, false));
    const longestWord = Math.max(...title.split(' ').map((word) => textWidth(word, textSize, false)));
    return gap + Math.max(longestWord, ...cells);
  });
  const parts: number[][] = [];
  let used = 0;
  for (let at = 1; at < columns.length; at += 1) {
    if (parts.length === 0 || used + widths[at]! > columnWidth) {
      parts.push([0]);
      used = widths[0]!;
    }
    parts.at(-1)!.push(at);
    used += widths[at]!;
  }
  return parts.length > 0 ? parts : [[0]];
}

function partHtml(
  { caption, columns }: DataTable,
  rows: readonly DataRow[],
  shown: readonly number[],
  part: number,
): Html {
  const head = shown.map(
    (at) => html`<th scope="col"${columns[at]!.align === 'right' && attribute('n')}>${columns[at]!.title}</th>`,
  );
  const body = inGroups(rows).map(
    ({ group, rows: own }) =>
      html`${group !== undefined && html`<tr class="group"><th scope="rowgroup" colspan="${shown.length}">${group}</th></tr>`}${own.map(
        ({ cells }) =>
          html`<tr>${shown.map((at) => (at === 0 ? html`<th scope="row"${columns[at]!.align === 'right' && attribute('n')}>${cells[at]!.text}</th>` : html`<td${columns[at]!.align === 'right' && attribute('n')}>${cells[at]!.text}</td>`))}</tr>`,
      )}`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}${part > 1 && `, part ${part}`}"><table>${part === 1 && html`<caption>${caption}</caption>`}<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function attribute(name: string): Html {
  return html` class="${name}"`;
}
