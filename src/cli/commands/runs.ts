import { runJson, runsText } from '../../report/runs.ts';
import { exitCodes } from '../exit-codes.ts';
import type { StoreOptions } from '../handlers.ts';
import { jsonText } from '../json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { openStoreThere } from '../workspace.ts';

/** `pipe runs`: lists the runs so far, newest first. */
export async function runs(
  surroundings: Surroundings,
  { artifacts, json, limit }: StoreOptions & { readonly limit: number },
): Promise<number> {
  const store = await openStoreThere(surroundings, artifacts, { readonly: true });
  const list = store.runs.list().slice(0, limit);
  const text = json ? jsonText({ runs: list.map(runJson) }) : runsText(list);
  surroundings.stdout.write(text);
  return exitCodes.done;
}
