import type { Json } from './json.ts';

/** The value of a JSON text; undefined if it is not valid, for example after a crash or a manual edit. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
