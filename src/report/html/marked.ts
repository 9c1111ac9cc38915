import { read } from 'vega';
import type { StageSummary } from '../../engine/index.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { draw, type Spec } from '../drawing/draw.ts';
import { type DataTable, textCell, textColumn } from '../tables/data-table.ts';
import { type Html, html } from './markup.ts';
import { tableHtml } from './table.ts';

/** As many outputs as are looked at one by one: a sweep may mark thousands. */
const most = 24;

/** Reads an output; undefined where it is not there, not whole, or too large to be shown. */
export type ReadOutput = (stage: StageSummary, output: string) => Promise<Uint8Array | undefined>;

/** The outputs that a pipeline marks for its report: pictures, tables, figures of Vega-Lite. Undefined where there is none. */
export async function markedHtml(stages: readonly StageSummary[], readOutput: ReadOutput): Promise<Html | undefined> {
  const marked = stages.flatMap((stage) =>
    (stage.report ?? []).flatMap((output) => (stage.outputs[output] ? [{ stage, output }] : [])),
  );
  if (marked.length === 0) return undefined;
  const articles: Html[] = [];
  for (const [at, { stage, output }] of marked.slice(0, most).entries()) {
    const file = stage.files[output] ?? output;
    const bytes = await readOutput(stage, output);
    const title = `${output} of ${stage.id}`;
    const content = bytes
      ? await contentHtml(file, bytes, title)
      : sentence(`${title} is not there, or too large to be shown.`);
    articles.push(
      html`<article class="item" id="marked-${at}" aria-labelledby="marked-${at}-title"><div class="say"><h3 id="marked-${at}-title">${title}</h3><p>${file}</p></div><div class="fig">${content}</div></article>`,
    );
  }
  const left = marked.length - articles.length;
  return html`${articles}${left > 0 && sentence(`${left} more outputs are marked; pipe export copies them.`)}`;
}

async function contentHtml(file: string, bytes: Uint8Array, title: string): Promise<Html> {
  const type = file.toLowerCase().replace(/^.*?((?:\.vl)?\.[^.]*)$/u, '$1');
  if (type === '.csv') return csvHtml(Buffer.from(bytes).toString('utf8'), title);
  if (type === '.vl.json') return vegaLiteHtml(Buffer.from(bytes).toString('utf8'), title);
  const media = pictureType(bytes);
  if (media === undefined)
    return sentence(`${title} is no picture, no table (.csv) and no figure of Vega-Lite (.vl.json).`);
  return pictureHtml(media, bytes, title);
}

function pictureHtml(media: string, bytes: Uint8Array, alt: string): Html {
  return html`<img class="picture" alt="${alt}" src="data:${media};base64,${Buffer.from(bytes).toString('base64')}">`;
}

/** By its first bytes: a name proves nothing. An SVG in an image runs no script and loads nothing. */
function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  return /^(?:\s|<\?xml[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>)*<svg[\s>]/u.test(start) ? 'image/svg+xml' : undefined;
}

function csvHtml(text: string, title: string): Html {
  const rows = read(text.replace(/^\ufeff/u, ''), { type: 'csv' }) as readonly Readonly<Record<string, string>>[];
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return sentence(`${title} has no rows.`);
  const table: DataTable = {
    name: title,
    caption: title,
    columns: names.map((name) => textColumn(name, name)),
    rows: rows.map((row) => ({ cells: names.map((name) => textCell(row[name] ?? '')) })),
    notes: [],
  };
  return tableHtml(table);
}

/** On paper of its own, since its colours are not the page's. */
async function vegaLiteHtml(text: string, title: string): Promise<Html> {
  try {
    const spec = JSON.parse(text) as Json;
    if (!isJsonObject(spec)) return sentence(`${title} is no specification of Vega-Lite.`);
    const { svg } = await draw({ background: '#ffffff', width: 600, ...(spec as Spec) });
    return pictureHtml('image/svg+xml', Buffer.from(svg), title);
  } catch (error) {
    return sentence(`${title} cannot be drawn: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sentence(text: string): Html {
  return html`<p class="notice" role="note">${text}</p>`;
}
