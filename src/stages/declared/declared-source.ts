import type { Source, World } from '../../engine/definition.ts';
import { declaredContents } from './declared-files.ts';

/** What a stage takes from outside the store: the facts of its source, its declared files, and its declared variables. */
export function declaredSource(
  own: Source | undefined,
  files: readonly string[],
  variables: readonly string[],
  world: World,
): Source {
  return {
    ...own,
    async facts() {
      const contents = await declaredContents(files, world);
      const passed = variables.map((name) => [name, world.environment[name] ?? null] as const);
      return {
        ...(await own?.facts()),
        ...(Object.keys(contents).length > 0 && { files: contents }),
        ...(passed.length > 0 && { environment: Object.fromEntries(passed) }),
      };
    },
  };
}
