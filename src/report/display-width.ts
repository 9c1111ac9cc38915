import stringWidth from 'string-width';

/** How many columns a text takes on a terminal. ASCII and the lines of tables are counted at once: they are most of what is printed, and Unicode's tables are slow. */
export function displayWidth(text: string): number {
  return /^[ -~\u2500\u00b1\u2026]*$/u.test(text) ? text.length : stringWidth(text);
}
