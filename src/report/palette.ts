import picocolors from 'picocolors';

/** Functions that color a text, or leave it as it is. */
export type Palette = ReturnType<typeof picocolors.createColors>;

/** No colors. */
export const plainPalette: Palette = picocolors.createColors(false);

/** Colors if a person sees them: on a terminal, unless NO_COLOR is set (no-color.org); FORCE_COLOR turns them on anywhere. */
export function paletteFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Palette {
  if (environment['NO_COLOR']) return plainPalette;
  const isColorful = stream.isTTY === true && environment['TERM'] !== 'dumb';
  return picocolors.createColors(Boolean(environment['FORCE_COLOR']) || isColorful);
}
