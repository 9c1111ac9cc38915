/** Advance widths of Helvetica, Arial, Liberation Sans and Arimo, in thousandths of the size; any other character has that of a digit. */
const widths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [222, 'ijl‘’'],
      [278, ' !,./:;I[]\\ft'],
      [260, '|¦'],
      [333, '()-r`²·'],
      [549, '±'],
      [355, '"'],
      [191, "'"],
      [389, '*'],
      [469, '^'],
      [500, 'Jckszvxyç'],
      [334, '{}'],
      [584, '+<=>~−×'],
      [611, 'FTZ'],
      [667, '&ABEKPSVXY'],
      [722, 'CDHNRUw'],
      [778, 'GOQ'],
      [833, 'Mm'],
      [889, '%'],
      [944, 'W'],
      [1000, '—…→'],
      [1015, '@'],
      [556, 'L'],
    ] as const
  ).flatMap(([width, signs]) => [...signs].map((sign) => [sign, width] as const)),
);

/** A bold text that fits into a width in pixels, with an ellipsis if it was cut. */
export function shortened(text: string, room: number, size: number): string {
  if (textWidth(text, size, true) <= room) return text;
  let start = text;
  while (start.length > 1 && textWidth(`${start}…`, size, true) > room) start = start.slice(0, -1);
  return `${start}…`;
}

/** Width of a text in pixels in the report's fonts. Without a browser's canvas, drawings measure text with this. */
export function textWidth(text: string, size: number, bold: boolean): number {
  let sum = 0;
  for (const sign of text) sum += widths[sign] ?? 556;
  return (sum / 1000) * size * (bold ? 1.07 : 1);
}
