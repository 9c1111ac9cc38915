import type { ForeignFigures } from '../drawing/foreign-figures.ts';
import { safeNames } from '../safe-names.ts';
import { latexText, markdownText } from '../tables/formats.ts';
import { csvFile } from './csv-file.ts';
import { kindOf, type MarkedDoors, type MarkedFile, openMarked, type ReportOutput } from './marked-files.ts';
import { pictureFile } from './picture-file.ts';

/** A file of a report, by name. */
export interface ReportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A sentence on what is left out, and why. */
export interface LeftOut {
  readonly problem: string;
}

/** Larger files are for `pipe export`. */
const mostBytes = 100_000_000;

/** Larger tables are no longer read on paper: only their CSV is written. */
const mostTableBytes = 4_000_000;

/** Every figure that stages mark: pictures as they are, Vega-Lite figures and SVGs also as PNG. */
export async function* markedFigures(
  outputs: readonly ReportOutput[],
  doors: MarkedDoors,
  figures: ForeignFigures,
): AsyncGenerator<ReportFile | LeftOut> {
  for (const { name, file } of await named(outputs, doors, (kind) => kind !== 'table')) {
    const content = await file.read(mostBytes);
    if ('problem' in content) {
      yield leftOut(file, content.problem);
      continue;
    }
    const picture = kindOf(file) === 'picture' ? pictureFile(content.bytes) : undefined;
    if (picture && 'problem' in picture) yield leftOut(file, picture.problem);
    else if (picture && picture.extension !== 'svg')
      yield { name: `${name}.${picture.extension}`, content: content.bytes };
    else {
      const text = Buffer.from(content.bytes).toString('utf8');
      const drawn = await figures.draw({ kind: picture ? 'svg' : 'vega-lite', text, png: true });
      if ('problem' in drawn) {
        yield leftOut(file, drawn.problem);
        continue;
      }
      yield { name: `${name}.svg`, content: drawn.svg };
      if (drawn.png) yield { name: `${name}.png`, content: drawn.png };
    }
  }
}

/** Every table that stages mark: its CSV as it is, and the same as Markdown and LaTeX. */
export async function* markedTables(
  outputs: readonly ReportOutput[],
  doors: MarkedDoors,
): AsyncGenerator<ReportFile | LeftOut> {
  for (const { name, file } of await named(outputs, doors, (kind) => kind === 'table')) {
    const content = await file.read(mostBytes);
    const read = 'problem' in content ? content : csvFile(content.bytes, file.title);
    if ('problem' in content || 'problem' in read) {
      yield leftOut(file, 'problem' in read ? read.problem : '');
      continue;
    }
    yield { name: `${name}.csv`, content: content.bytes };
    if (content.bytes.length > mostTableBytes) continue;
    const table = { ...read.table, name };
    yield { name: `${name}.md`, content: markdownText(table) };
    yield { name: `${name}.tex`, content: latexText(table) };
  }
}

/** The marked files of some kinds, each with a name that no other of them has. */
async function named(
  outputs: readonly ReportOutput[],
  doors: MarkedDoors,
  fits: (kind: ReturnType<typeof kindOf>) => boolean,
): Promise<readonly { readonly name: string; readonly file: MarkedFile }[]> {
  const files: MarkedFile[] = [];
  for (const each of outputs) files.push(...(await openMarked(each, doors)).files.filter((file) => fits(kindOf(file))));
  const short = files.map(({ id }) => id.replace(/(?:\.vl)?\.(?:png|jpe?g|svg|csv|json)$/iu, ''));
  // Their own ends come back, unless only these distinguish them.
  const names = safeNames(files.map(({ id }, at) => (short.indexOf(short[at]!) === at ? short[at]! : id)));
  return files.map((file, at) => ({ name: names[at]!, file }));
}

function leftOut({ title }: MarkedFile, problem: string): LeftOut {
  return { problem: `${title} is not written. ${problem}` };
}
