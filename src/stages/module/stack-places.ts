import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** More of a stack than this helps nobody. */
const mostPlaces = 5;

/** `stage.ts:12:5`, innermost first: where in these sources an error was thrown, by the source maps that Node has read. */
export function placesIn(error: unknown, sources: readonly string[]): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const places = [...error.stack.matchAll(/\(?((?:file:\/\/)?\/[^\n()]*?):(\d+):(\d+)\)?$/gmu)].flatMap(
    ([, file = '', line, column]) => {
      const path = resolve(file.startsWith('file://') ? fileURLToPath(file) : file);
      return sources.includes(path) && !path.includes('/node_modules/')
        ? [`${relative(process.cwd(), path) || path}:${line}:${column}`]
        : [];
    },
  );
  return [...new Set(places)].slice(0, mostPlaces);
}
