import { type ReadSheet, readSheets } from '../../evaluation/picture-sheets.ts';
import { brief } from '../../problem/quote.ts';
import type { ForeignFigures } from '../drawing/foreign-figures.ts';
import { csvFile } from '../marked/csv-file.ts';
import {
  type Folder,
  kindOf,
  type MarkedDoors,
  type MarkedFile,
  openMarked,
  type ReportOutput,
} from '../marked/marked-files.ts';
import { pictureFile } from '../marked/picture-file.ts';
import type { DataTable } from '../tables/data-table.ts';
import { count, size } from '../units.ts';
import { articleHtml } from './document.ts';
import { type Html, html } from './markup.ts';
import { sheetsHtml } from './sheets.ts';
import { tableHtml } from './table.ts';

/** As many outputs as people look at one by one: a sweep may mark thousands. */
const most = 24;

/** Larger files are weights or data, which a page does not show. */
const mostBytes = 4_000_000;

/** More columns than a reader looks through. */
const mostColumns = 24;

/** A longer value is a text, which makes a table unreadable. */
const mostCharacters = 200;

/** The outputs that a pipeline lists under `report`. */
export interface Marked {
  /** Folders of pictures, with descriptions; undefined if there is none. */
  readonly sheets: Html | undefined;
  /** Pictures, tables, Vega-Lite figures; undefined if there is none. */
  readonly others: Html | undefined;
}

/** Shows the outputs that a pipeline lists, and for each that cannot be shown the reason. */
export async function markedHtml(
  outputs: readonly ReportOutput[],
  doors: MarkedDoors,
  figures: ForeignFigures,
): Promise<Marked> {
  const sheets: Html[] = [];
  const sheetsShown = new Set<string>();
  const articles: Html[] = [];
  let left = 0;
  for (const marked of outputs) {
    const name = `${marked.stage.stage}.${marked.output}`;
    if (sheetsShown.has(name)) continue;
    if (articles.length >= most) {
      left += 1;
      continue;
    }
    const { folder, files } = await openMarked(marked, doors);
    const read = folder && (await sheetsIn(folder));
    if (read) {
      sheetsShown.add(name);
      sheets.push(sheetsHtml(read, marked.stage.id));
      continue;
    }
    const room = most - articles.length;
    left += Math.max(0, files.length - room);
    for (const file of files.slice(0, room))
      articles.push(articleHtml(`marked-${articles.length}`, file.title, file.path, await contentHtml(file, figures)));
    if (files.length === 0) articles.push(emptyFolderHtml(marked, articles.length));
  }
  const more =
    left > 0 &&
    sentence(
      `The first ${most} marked files are shown; --figures and --tables write the others (${count(left)}), too.`,
    );
  return {
    sheets: sheets.length > 0 ? html`${sheets}` : undefined,
    others: articles.length > 0 ? html`${articles}${more}` : undefined,
  };
}

/** Pictures with descriptions, if a folder has some and none of them is broken or huge. */
function sheetsIn(folder: Folder): Promise<readonly ReadSheet[] | undefined> {
  return readSheets(async (file) => {
    const content = await folder.read(file, mostBytes);
    if ('problem' in content) return undefined;
    if (/\.png$/iu.test(file) && 'problem' in pictureFile(content.bytes)) return undefined;
    return content.bytes;
  });
}

function emptyFolderHtml({ stage, output }: ReportOutput, at: number): Html {
  const title = `${output} of ${stage.id}`;
  const words = 'It has no picture (PNG, JPEG or SVG), no table (.csv) and no Vega-Lite figure (.vl.json).';
  return articleHtml(`marked-${at}`, title, stage.files[output] ?? output, notShown(title, words));
}

async function contentHtml(file: MarkedFile, figures: ForeignFigures): Promise<Html> {
  const { title } = file;
  const content = await file.read(mostBytes);
  if ('problem' in content) return notShown(title, content.problem);
  const { bytes } = content;
  const kind = kindOf(file);
  if (kind === 'table') {
    const read = csvFile(bytes, title);
    return 'problem' in read ? notShown(title, read.problem) : tableHtml(readable(read.table));
  }
  const picture = kind === 'picture' ? pictureFile(bytes) : undefined;
  if (picture && 'problem' in picture) return notShown(title, picture.problem);
  if (picture && picture.extension !== 'svg') return pictureHtml(picture.media, bytes, title);
  const text = Buffer.from(bytes).toString('utf8');
  const drawn = await figures.draw({ kind: picture ? 'svg' : 'vega-lite', text, png: false });
  if ('problem' in drawn) return notShown(title, drawn.problem);
  if (drawn.svg.length > mostBytes)
    return notShown(title, `Its drawing has ${size(drawn.svg.length)}; --figures writes it.`);
  return pictureHtml('image/svg+xml', Buffer.from(drawn.svg), title);
}

/** An SVG in an image runs no script and loads nothing. */
function pictureHtml(media: string, bytes: Uint8Array, alt: string): Html {
  return html`<img class="picture" alt="${alt}" src="data:${media};base64,${Buffer.from(bytes).toString('base64')}">`;
}

/** As much of a table as can be read on a page. */
function readable(table: DataTable): DataTable {
  const cut = table.columns.length - mostColumns;
  const cells = (own: DataTable['rows'][number]['cells']) =>
    own.slice(0, mostColumns).map((cell) => ({ ...cell, text: brief(cell.text, mostCharacters) }));
  return {
    ...table,
    columns: table.columns
      .slice(0, mostColumns)
      .map((column) => ({ ...column, title: brief(column.title, mostCharacters) })),
    rows: table.rows.map((row) => ({ cells: cells(row.cells) })),
    notes:
      cut > 0
        ? [`The first ${mostColumns} of ${count(table.columns.length)} columns are shown; --tables writes all of them.`]
        : [],
  };
}

function notShown(title: string, problem: string): Html {
  return sentence(`${title} is not shown. ${problem}`);
}

function sentence(text: string): Html {
  return html`<p class="notice" role="note">${text}</p>`;
}
