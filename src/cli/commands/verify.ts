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
  /** The stage to compute again. */
  readonly rerun?: string;
}

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('check the digest of everything in the store; exit code 1 if something is damaged')
      .argument('[pipeline]', 'with --rerun: the YAML file (default: that of the last run, with its settings)')
      .option('--repair', 'remove damaged data, so that the next run recomputes it', false)
      .option(
        '--rerun <stage>',
        'compute this stage again and compare it with its stored result; exit code 1 if they differ',
      )
      .addHelpText(
        'after',
        `
Examples:
  pipe verify
  pipe verify --repair
  pipe verify --rerun student                            of the last run
  pipe verify pipelines/consistency.yaml --rerun student --set params.temperature=4

--rerun does not change the stored result. On Linux with strace, it also lists the files that the stage opens without
declaring them.`,
      ),
  run: verify,
};

/** `pipe verify`: checks everything in the store and lists damage; with `--repair`, removes it; with `--rerun`, computes a stage again. */
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
    stdout.write(options.json ? jsonText({ ...found, repaired }) : context.asTyped(verificationText(found, repaired)));
    return isWhole || repaired ? exitCodes.done : exitCodes.stageFailed;
  } finally {
    display.end();
    stop.end();
    await store.close();
  }
}

/** A pipeline and its settings select the stage to compute again; without one, the whole store is checked. */
function checkTogether(
  { arguments: typed }: CliContext,
  pipeline: string | undefined,
  { overlay, set, sweep, rerun, repair }: VerifyOptions,
): void {
  const origin = { option: typed.join(' ') };
  if (rerun !== undefined && repair) {
    const message = '--rerun and --repair cannot be combined: --rerun changes nothing, --repair removes data.';
    throw new ConfigurationError([{ message, origin, hint: 'first repair, then run the pipeline, then use --rerun' }]);
  }
  if (rerun === undefined && (pipeline !== undefined || overlay.length + set.length + sweep.length > 0)) {
    const message = 'Without --rerun, the whole store is checked, so a pipeline has no effect.';
    throw new ConfigurationError([
      { message, origin, hint: 'omit the pipeline and its settings, or add --rerun STAGE' },
    ]);
  }
}
