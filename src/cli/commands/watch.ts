import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { addArtifactsOption } from '../options.ts';
import { runNamed } from '../past-run.ts';
import { openProject } from '../project.ts';
import { addPlaceOptions, openPage, storedRun } from '../watching.ts';
import { openStoreThere } from '../workspace.ts';

interface WatchOptions {
  readonly artifacts?: string;
  readonly host: string;
  readonly port: number;
}

/** How often the store is checked. */
const lookMilliseconds = 500;

export const command: CliCommand = {
  declare: (command) =>
    addPlaceOptions(addArtifactsOption(command), '')
      .description('serve a page that follows a run until Ctrl-C: stages, time left, curves, logs')
      .argument('[run]', 'the run: its id, its name, or -2 for the one before the last (default: the last run)')
      .addHelpText('after', '\nExamples:\n  pipe watch\n  pipe watch 20261124-011415 --port 8000'),
  run: watch,
};

/** `pipe watch`: serves a page that follows a run, possibly of another process; only reads the store. */
async function watch(context: CliContext, name: string | undefined, options: WatchOptions): Promise<number> {
  const project = await openProject(context, undefined);
  const store = await openStoreThere(project, options.artifacts, { readonly: true });
  const { id } = runNamed(store, name ?? 'last', name ?? project.arguments.join(' '));
  const run = storedRun(store, id);
  run.look();
  const page = await openPage(run, options);
  const timer = setInterval(() => run.look(), lookMilliseconds);
  try {
    context.stdout.write(`run ${id}: ${page.url}\n`);
    await untilInterrupted();
  } finally {
    clearInterval(timer);
    page.close();
  }
  return exitCodes.done;
}
