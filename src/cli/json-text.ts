/** The one object a command prints with `--json`. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
