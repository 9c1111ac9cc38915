import { runJson, runsText } from '../../report/runs.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { StoreOptions } from '../handlers.ts';
import { jsonText } from '../json-text.ts';
import { openStoreThere } from '../workspace.ts';

/** `pipe runs`: lists the runs so far, newest first. */
export async function runs(
  context: CliContext,
  { artifacts, json, limit }: StoreOptions & { readonly limit: number },
): Promise<number> {
  const store = await openStoreThere(context, artifacts, { readonly: true });
  const list = store.runs.list().slice(0, limit);
  const text = json ? jsonText({ runs: list.map(runJson) }) : runsText(list);
  context.stdout.write(text);
  return exitCodes.done;
}
