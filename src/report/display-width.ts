import stringWidth from 'string-width';

/** How many columns a text takes on a terminal. Plain ASCII is counted at once: it is most of what is printed, and Unicode's tables are slow. */
export function displayWidth(text: string): number {
  return /^[ -~]*$/u.test(text) ? text.length : stringWidth(text);
}
