import { ConfigurationError } from '../../problem/errors.ts';
import { verificationText } from '../../report/verification.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText, openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions } from '../options.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

interface VerifyOptions extends PipelineOptions {
  readonly repair: boolean;
  /** The stage to be computed again. */
  readonly rerun?: string;
}

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('read all that is kept and check every digest; exit 1 where something is damaged')
      .argument('[pipeline]', 'with --rerun: the YAML file; without it, that of the last run with its settings')
      .option('--repair', 'remove what is damaged, so that the next run makes it anew', false)
      .option('--rerun <stage>', 'compute this stage again beside its result, and compare; exit 1 where they differ')
      .addHelpText(
        'after',
        `
Examples:
  pipe verify
  pipe verify --repair
  pipe verify --rerun student                            of the last run
  pipe verify pipelines/consistency.yaml --rerun student --set params.temperature=4

With --rerun the stored result stays what it is. On Linux with strace, files that the stage opens without declaring them are
named, too.`,
      ),
  run: verify,
};

/** `pipe verify`: reads all that is kept and names what is damaged; with `--repair`, removes it; with `--rerun`, computes again. */
async function verify(context: CliContext, pipeline: string | undefined, options: VerifyOptions): Promise<number> {
  checkTogether(context, pipeline, options);
  if (options.rerun !== undefined) {
    const { rerun } = await import('../rerun.ts');
    return rerun(context, pipeline, options.rerun, options);
  }
  const { stdout, stderr } = context;
  const store = await openStoreThere(await openProject(context), options.artifacts, { readonly: !options.repair });
  const display = await openTaskDisplay(context);
  const stop = interruption((line) => stderr.write(`${line}\n`));
  try {
    const found = await store.verifyAll({
      repair: options.repair,
      signal: stop.signal,
      onProgress: (done, total) => display.progress({ label: 'reading', done, total, unit: 'objects' }),
    });
    const isWhole = found.damagedObjects.length === 0 && found.refusedRecords.length === 0;
    display.end();
    const repaired = options.repair && !isWhole;
    stdout.write(options.json ? jsonText({ ...found, repaired }) : verificationText(found, repaired));
    return isWhole || repaired ? exitCodes.done : exitCodes.stageFailed;
  } finally {
    display.end();
    stop.end();
    await store.close();
  }
}

/** A pipeline and its settings say which stage is to be computed again; the store is read whole. */
function checkTogether(
  { arguments: typed }: CliContext,
  pipeline: string | undefined,
  { overlay, set, sweep, rerun, repair }: VerifyOptions,
): void {
  const origin = { option: typed.join(' ') };
  if (rerun !== undefined && repair) {
    const message = '--rerun and --repair do not go together: the one changes nothing, the other removes.';
    throw new ConfigurationError([{ message, origin, hint: 'repair first, run, then compute again' }]);
  }
  if (rerun === undefined && (pipeline !== undefined || overlay.length + set.length + sweep.length > 0)) {
    const message = 'Without --rerun all that is kept is read, whatever the pipeline.';
    throw new ConfigurationError([
      { message, origin, hint: 'leave the pipeline and its settings out, or add --rerun STAGE' },
    ]);
  }
}
