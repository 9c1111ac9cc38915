import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { declaredContents } from '../declared/declared-files.ts';
import type { ShellConfig } from './schema.ts';

/** The contents of the declared files, and the values of the variables that are passed on as part of the key. */
export async function observeShell({ files, pass }: ShellConfig, world: World): Promise<JsonObject> {
  const contents = await declaredContents(files, world);
  const passed = pass.map((name) => [name, world.environment[name] ?? null] as const);
  return {
    ...(Object.keys(contents).length > 0 && { files: contents }),
    ...(pass.length > 0 && { environment: Object.fromEntries(passed) }),
  };
}
