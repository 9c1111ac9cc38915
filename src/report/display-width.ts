import stringWidth from 'string-width';

/**
 * The number of columns of a text on a terminal. ASCII and the lines of tables are counted directly: most output consists of them, and
 * Unicode's tables are slow.
 */
export function displayWidth(text: string): number {
  return /^[ -~\u2500\u00b1\u2026]*$/u.test(text) ? text.length : stringWidth(text);
}
