/** Whether a number is certainly the one that was written: finite, and not a whole number beyond 2^53, which may have been rounded. */
export function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** Whether a text has no half of a surrogate pair. UTF-8 cannot represent one, so two such texts could be written as the same bytes. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The place of the first value that a key cannot contain, such as NaN or a function; undefined if there is none. */
export function inexactIn(value: unknown, path: readonly string[] = []): readonly string[] | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return isExact(value) ? undefined : path;
  if (typeof value === 'string') return isWellFormed(value) ? undefined : path;
  if (typeof value !== 'object') return path;
  for (const [name, part] of Object.entries(value)) {
    const found = inexactIn(part, [...path, name]);
    if (found) return found;
  }
  return undefined;
}
