import { crc32, inflateSync } from 'node:zlib';
import { count } from '../units.ts';

/** A picture that every browser shows, or a sentence on why it is none. */
export type PictureFile =
  | { readonly media: 'image/png' | 'image/jpeg' | 'image/svg+xml'; readonly extension: string }
  | { readonly problem: string };

/** More pixels would need more memory than a page should take. */
const mostPixels = 50_000_000;

/** Looks at a picture, by its content and not by its name. The markup of an SVG is not checked. */
export function pictureFile(bytes: Uint8Array): PictureFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = file.subarray(0, 512).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return problemOr(pngProblem(file), 'image/png', 'png');
  if (start.startsWith('\xff\xd8\xff')) return problemOr(jpegProblem(file), 'image/jpeg', 'jpg');
  if (/^(?:\s|\xef\xbb\xbf|<\?xml[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>)*<svg[\s>]/u.test(start))
    return { media: 'image/svg+xml', extension: 'svg' };
  const other = others.find(([pattern]) => pattern.test(start))?.[1];
  return {
    problem: `It is not a picture (PNG, JPEG or SVG), a table (.csv) or a Vega-Lite figure (.vl.json)${other === undefined ? '' : `; it begins like ${other}`}.`,
  };
}

const others: readonly (readonly [RegExp, string])[] = [
  [/^GIF8/u, 'a GIF'],
  [/^RIFF[\s\S]{4}WEBP/u, 'a WebP'],
  [/^%PDF/u, 'a PDF'],
  [/^BM/u, 'a BMP'],
  [/^(?:II\*\0|MM\0\*)/u, 'a TIFF'],
  [/^\s*<(?:!doctype html|html)/iu, 'HTML'],
  [/^\x89PNG/u, 'a PNG that was changed as if it were text'],
];

function problemOr(problem: string | undefined, media: 'image/png' | 'image/jpeg', extension: string): PictureFile {
  return problem === undefined ? { media, extension } : { problem };
}

function sizeProblem(width: number, height: number): string | undefined {
  if (width === 0 || height === 0) return `It is empty: ${width} × ${height} pixels.`;
  if (width * height <= mostPixels) return undefined;
  return `It has ${count(width)} × ${count(height)} pixels; a report shows at most ${mostPixels / 1e6} million.`;
}

const endsEarly = 'It is incomplete: the file ends too early.';

/** Checks every part of a PNG, and that its data have the length that its size needs: not less, and not many times more. */
function pngProblem(file: Buffer): string | undefined {
  const data: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = 8; ; ) {
    if (at + 12 > file.length) return endsEarly;
    const length = file.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > file.length) return endsEarly;
    const name = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(end - 4))
      return `It is damaged: the checksum of its part ${name} is wrong.`;
    if (!header) {
      if (name !== 'IHDR' || length !== 13) return 'It is damaged: it has no header.';
      const problem = sizeProblem(content.readUInt32BE(0), content.readUInt32BE(4));
      if (problem !== undefined) return problem;
      header = content;
    }
    if (name === 'IDAT') data.push(content);
    if (name === 'IEND') break;
    at = end;
  }
  const wanted = rawBytes(header);
  if (wanted === undefined) return 'It is damaged: its header has an unknown kind of pixels.';
  try {
    const raw = inflateSync(Buffer.concat(data), { maxOutputLength: wanted + 65_536 });
    return raw.length < wanted ? 'It is incomplete: it has fewer pixels than its size needs.' : undefined;
  } catch {
    return 'It is damaged: its pixels cannot be read.';
  }
}

/** How many bytes the pixels of a PNG have before they are compressed; undefined for unknown kinds. */
function rawBytes(header: Buffer): number | undefined {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth = 0, colour = 0, , , interlace = 0] = header.subarray(8);
  const channels = ({ 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as Readonly<Record<number, number>>)[colour];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth) || interlace > 1) return undefined;
  const part = (wide: number, high: number) =>
    wide === 0 || high === 0 ? 0 : high * (1 + Math.ceil((wide * channels * depth) / 8));
  if (interlace === 0) return part(width, height);
  // The seven passes of Adam7: where each begins, and its steps.
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes.reduce(
    (sum, [x, y, across, down]) => sum + part(Math.ceil((width - x) / across), Math.ceil((height - y) / down)),
    0,
  );
}

/** Checks the size of a JPEG, and that it has its end. */
function jpegProblem(file: Buffer): string | undefined {
  let isSized = false;
  for (let at = 2; at + 4 <= file.length; ) {
    if (file[at] !== 0xff) return 'It is damaged: its parts do not follow each other.';
    const marker = file[at + 1]!;
    // Fill bytes.
    if (marker === 0xff) at += 1;
    else if (marker === 0xda) {
      if (!isSized) return 'It is damaged: it has no size.';
      return file.lastIndexOf('\xff\xd9', undefined, 'latin1') > at ? undefined : endsEarly;
    } else {
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) {
        if (at + 9 > file.length) return endsEarly;
        const problem = sizeProblem(file.readUInt16BE(at + 7), file.readUInt16BE(at + 5));
        if (problem !== undefined) return problem;
        isSized = true;
      }
      at += 2 + file.readUInt16BE(at + 2);
    }
  }
  return endsEarly;
}
