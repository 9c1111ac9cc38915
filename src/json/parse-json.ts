import type { Json } from './json.ts';

/** The value of a JSON text; undefined if it is none, as when a crash or a hand has damaged it. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
