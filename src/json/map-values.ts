/** An object with the same names and changed values. */
export function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
