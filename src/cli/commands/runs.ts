import { Option } from 'commander';
import { runJson, runsText } from '../../report/runs.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOptions, positiveInteger, type StoreOptions } from '../options.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(command)
      .description('list the runs so far, newest first')
      .addOption(new Option('--limit <n>', 'the newest so many').argParser(positiveInteger).default(20))
      .addHelpText('after', '\nExamples:\n  pipe runs\n  pipe runs --limit 100 --json'),
  run: runs,
};

/** `pipe runs`: lists the runs so far, newest first. */
async function runs(
  context: CliContext,
  { artifacts, json, limit }: StoreOptions & { readonly limit: number },
): Promise<number> {
  const store = await openStoreThere(await openProject(context), artifacts, { readonly: true });
  const list = store.runs.list().slice(0, limit);
  const text = json ? jsonText({ runs: list.map(runJson) }) : runsText(list);
  context.stdout.write(text);
  return exitCodes.done;
}
