import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { cellAt, encodePng, grid, gridSize, type Picture } from '../data/pictures/grid.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { parseJson } from '../json/parse-json.ts';

/** The model's prediction for a picture, and the probability of that class. */
export interface Said {
  readonly class: string;
  readonly share: number;
}

/** What is known about a picture. */
export interface CellFacts {
  /** What it shows. */
  readonly label: string;
  /** What was done to the image; absent if nothing was. */
  readonly caption?: string;
  /** Pictures of one group are in one row. */
  readonly group?: string;
  /** By the name of the model, the most important one first. */
  readonly answers?: Readonly<Record<string, Said>>;
}

/** Related pictures of one kind: a grid in its own PNG. */
interface Sheet<Cell> {
  /** The name of the PNG. */
  readonly file: string;
  readonly title: string;
  /** The side of a picture in pixels; each pixel is drawn as `scale` x `scale`. */
  readonly side: number;
  readonly scale: number;
  readonly columns: number;
  readonly cells: readonly Cell[];
}

/** A sheet with the bytes of its pictures, [side, side, 3]. */
export type DrawnSheet = Sheet<CellFacts & { readonly image: Uint8Array }>;

/** A sheet whose pictures are PNGs. */
export type ReadSheet = Sheet<CellFacts & { readonly png: Uint8Array }>;

/** The file that describes the pictures. */
const indexFile = 'index.json';

/** Writes sheets to a new folder: a PNG of each, and `index.json`. */
export async function writeSheets(folder: string, sheets: readonly DrawnSheet[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { file, side, scale, columns, cells } of sheets) {
    const images = cells.map(({ image }) => image);
    await writeFile(join(folder, file), await encodePng(grid(images, { side, scale, columns })));
  }
  const index = sheets.map(({ cells, ...sheet }) => ({
    ...sheet,
    cells: cells.map(({ image: _, ...facts }) => facts),
  }));
  await writeFile(join(folder, indexFile), `${JSON.stringify(index, null, 1)}\n`);
}

/** Reads the sheets of a folder; undefined if it contains none, or not all of their pictures. */
export async function readSheets(
  read: (file: string) => Promise<Uint8Array | undefined>,
): Promise<readonly ReadSheet[] | undefined> {
  const bytes = await read(indexFile);
  const index = bytes && parseJson(Buffer.from(bytes).toString('utf8'));
  if (!Array.isArray(index) || index.length === 0 || !index.every(isSheet)) return undefined;
  const sheets: ReadSheet[] = [];
  for (const sheet of index) {
    const picture = pictureIn(await read(sheet.file), sheet);
    if (!picture) return undefined;
    const cells = await Promise.all(
      sheet.cells.map(async (facts, at) => {
        const image = cellAt(picture, at, sheet);
        return { ...facts, png: await encodePng({ width: sheet.side, height: sheet.side, rgb: image }) };
      }),
    );
    sheets.push({ ...sheet, cells });
  }
  return sheets;
}

/** The picture of a sheet; undefined if it is not a PNG, or has another size. */
function pictureIn(png: Uint8Array | undefined, sheet: Sheet<CellFacts>): Picture | undefined {
  if (!png) return undefined;
  try {
    const { width, height, data, channels, depth } = decode(png);
    const size = gridSize(sheet.cells.length, sheet);
    const fits = channels === 3 && depth === 8 && width === size.width && height === size.height;
    return fits ? { width, height, rgb: Uint8Array.from(data) } : undefined;
  } catch {
    return undefined;
  }
}

function isSheet(json: Json): json is JsonObject & Sheet<CellFacts> {
  if (!isJsonObject(json) || typeof json['file'] !== 'string' || typeof json['title'] !== 'string') return false;
  const sizes = [json['side'], json['scale'], json['columns']];
  const { cells } = json;
  return (
    sizes.every((size) => Number.isInteger(size) && Number(size) > 0 && Number(size) <= 1024) &&
    Array.isArray(cells) &&
    cells.length > 0 &&
    cells.every(isFacts)
  );
}

function isFacts(json: Json): boolean {
  if (!isJsonObject(json) || typeof json['label'] !== 'string') return false;
  const answers = json['answers'] ?? {};
  return (
    ['caption', 'group'].every((name) => json[name] === undefined || typeof json[name] === 'string') &&
    isJsonObject(answers) &&
    Object.values(answers).every(
      (said) => isJsonObject(said) && typeof said['class'] === 'string' && typeof said['share'] === 'number',
    )
  );
}
