import { read } from 'vega';
import type { StageSummary } from '../../engine/index.ts';
import { readSheets } from '../../evaluation/picture-sheets.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { draw, type Spec } from '../drawing/draw.ts';
import { type DataTable, textCell, textColumn } from '../tables/data-table.ts';
import { articleHtml } from './document.ts';
import { type Html, html } from './markup.ts';
import { sheetsHtml } from './sheets.ts';
import { tableHtml } from './table.ts';

/** As many outputs as people look at one by one: a sweep may mark thousands. */
const most = 24;

/** Reads an output; undefined if it is missing, incomplete, or too large to show. */
export type ReadOutput = (stage: StageSummary, output: string) => Promise<Uint8Array | undefined>;

/** The files of an output that is a folder. */
export interface Folder {
  readonly files: readonly string[];
  /** Undefined if it is missing, incomplete, or too large to show. */
  read(file: string): Promise<Uint8Array | undefined>;
}

/** Opens an output that is a folder; undefined if it is not one, or incomplete. */
export type OpenFolder = (stage: StageSummary, output: string) => Promise<Folder | undefined>;

/** The outputs that a pipeline lists under `report`. */
export interface Marked {
  /** Folders of pictures, with descriptions; undefined if there is none. */
  readonly sheets: Html | undefined;
  /** Pictures, tables, Vega-Lite figures; undefined if there is none. */
  readonly others: Html | undefined;
}

/** Shows the outputs that a pipeline lists. @param isFirst whether a variant is shown before the others of its stage. */
export async function markedOutputs(
  stages: readonly StageSummary[],
  { output: readOutput, folder: openFolder }: { readonly output: ReadOutput; readonly folder: OpenFolder },
  isFirst: (stage: StageSummary) => boolean,
): Promise<Marked> {
  const marked = stages
    .flatMap((stage) => (stage.report ?? []).flatMap((output) => (stage.outputs[output] ? [{ stage, output }] : [])))
    .sort((a, b) => Number(isFirst(b.stage)) - Number(isFirst(a.stage)));
  const sheets: Html[] = [];
  const sheetsShown = new Set<string>();
  const articles: Html[] = [];
  let left = 0;
  for (const { stage, output } of marked) {
    const name = `${stage.stage}.${output}`;
    if (sheetsShown.has(name)) continue;
    if (articles.length >= most) {
      left += 1;
      continue;
    }
    const title = `${output} of ${stage.id}`;
    const put = async (file: string, bytes: Uint8Array | undefined, named: string) => {
      const content = bytes
        ? await contentHtml(file, bytes, named)
        : sentence(`${named} is missing, or too large to show.`);
      articles.push(articleHtml(`marked-${articles.length}`, named, file, content));
    };
    const file = stage.files[output] ?? output;
    const folder = stage.outputs[output]?.directory ? await openFolder(stage, output) : undefined;
    const read = folder && (await readSheets(folder.read));
    if (read) {
      sheetsShown.add(name);
      sheets.push(sheetsHtml(read, stage.id));
    } else if (folder) {
      for (const each of folder.files.filter(isShown).slice(0, most - articles.length))
        await put(`${file}/${each}`, await folder.read(each), `${each} in ${title}`);
    } else await put(file, await readOutput(stage, output), title);
  }
  const more = left > 0 && sentence(`${left} more outputs are marked; pipe export copies them.`);
  return {
    sheets: sheets.length > 0 ? html`${sheets}` : undefined,
    others: articles.length > 0 ? html`${articles}${more}` : undefined,
  };
}

/** Whether a report can show a file of a folder. */
function isShown(file: string): boolean {
  return /\.(?:png|jpe?g|svg|csv|vl\.json)$/iu.test(file);
}

async function contentHtml(file: string, bytes: Uint8Array, title: string): Promise<Html> {
  const type = file.toLowerCase().replace(/^.*?((?:\.vl)?\.[^.]*)$/u, '$1');
  if (type === '.csv') return csvHtml(Buffer.from(bytes).toString('utf8'), title);
  if (type === '.vl.json') return vegaLiteHtml(Buffer.from(bytes).toString('utf8'), title);
  const media = pictureType(bytes);
  if (media === undefined)
    return sentence(`${title} is not a picture, a table (.csv) or a Vega-Lite figure (.vl.json).`);
  return pictureHtml(media, bytes, title);
}

function pictureHtml(media: string, bytes: Uint8Array, alt: string): Html {
  return html`<img class="picture" alt="${alt}" src="data:${media};base64,${Buffer.from(bytes).toString('base64')}">`;
}

/** By its first bytes, not by its name. An SVG in an image runs no script and loads nothing. */
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

/** On white paper, because its colours do not follow the page. */
async function vegaLiteHtml(text: string, title: string): Promise<Html> {
  try {
    const spec = JSON.parse(text) as Json;
    if (!isJsonObject(spec)) return sentence(`${title} is not a Vega-Lite specification.`);
    const { svg } = await draw({ background: '#ffffff', width: 600, ...(spec as Spec) });
    return pictureHtml('image/svg+xml', Buffer.from(svg), title);
  } catch (error) {
    return sentence(`${title} cannot be drawn: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sentence(text: string): Html {
  return html`<p class="notice" role="note">${text}</p>`;
}
