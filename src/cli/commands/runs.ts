import { Option } from 'commander';
import { fits, type RunFilter, runJson, runsText } from '../../report/runs.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText, widthOf } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOptions, gatherValues, positiveInteger, type StoreCommandOptions } from '../options.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

const outcomes = ['done', 'failed', 'interrupted', 'running', 'broken-off'];

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(command)
      .description('list runs, newest first')
      .option('--name <text>', 'only runs whose name contains this text')
      .option('--tag <tag>', 'only runs with this tag (repeatable: with all of them)', gatherValues, [])
      .option('--of <text>', 'only runs whose command contains this text, such as a pipeline or a setting')
      .addOption(new Option('--outcome <outcome>', 'only runs with this outcome').choices(outcomes))
      .addOption(new Option('--limit <n>', 'maximum number of runs to list').argParser(positiveInteger).default(20))
      .addHelpText(
        'after',
        '\nExamples:\n  pipe runs\n  pipe runs --tag paper --outcome done\n  pipe runs --of params.temperature=4\n  pipe runs --limit 100 --json',
      ),
  run: runs,
};

/** `pipe runs`: lists runs, newest first. */
async function runs(
  context: CliContext,
  { artifacts, json, limit, ...filter }: StoreCommandOptions & RunFilter & { readonly limit: number },
): Promise<number> {
  const store = await openStoreThere(await openProject(context), artifacts, { readonly: true });
  const list = store.runs
    .list()
    .filter((run) => fits(run, filter))
    .slice(0, limit);
  const text = json ? jsonText({ runs: list.map(runJson) }) : runsText(list, widthOf(context.stdout));
  context.stdout.write(text);
  return exitCodes.done;
}
