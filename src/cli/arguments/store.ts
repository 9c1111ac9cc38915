import { type Command, Option } from 'commander';
import type { Done } from '../command-line.ts';
import type { GcOptions, Handlers, ReportOptions, StoreOptions, VerifyOptions } from '../handlers.ts';
import { usualStoreLimit } from '../store-limit.ts';
import { addSourceOptions, addStoreOptions } from './options.ts';
import { bytes, milliseconds, positiveInteger } from './values.ts';

/** Adds the commands about what is kept: `runs`, `show`, `report`, `verify`, `gc`. */
export function addStoreCommands(program: Command, handlers: Handlers, done: Done): void {
  addStoreOptions(program.command('runs'))
    .description('list the runs so far, newest first')
    .addOption(new Option('--limit <n>', 'the newest so many').argParser(positiveInteger).default(20))
    .addHelpText('after', '\nExamples:\n  pipe runs\n  pipe runs --limit 100 --json')
    .action(async (options: StoreOptions & { limit: number }) => done(await handlers.runs(options)));

  addStoreOptions(program.command('show'))
    .description('show a run, or all that is known of a result: what it came from, on what, and what it was before')
    .argument('<what>', 'a run (pipe runs lists them), a stage, or the beginning of a key')
    .addHelpText('after', '\nExamples:\n  pipe show 20261124-011415\n  pipe show student\n  pipe show 0a1e9ac42353')
    .action(async (what: string, options: StoreOptions) => done(await handlers.show(what, options)));

  addStoreOptions(addSourceOptions(program.command('report')))
    .description('write what came of a run to one HTML file: models, curves, settings, what made it')
    .argument('[run|pipeline]', 'a run, or a .yaml file for what the store has of it; without it, the last run')
    .option('--output <file>', 'where to write it', 'report.html')
    .addHelpText(
      'after',
      `
Examples:
  pipe report
  pipe report 20261124-011415 --output first.html
  pipe report pipelines/consistency.yaml --sweep params.temperature=1,4,10`,
    )
    .action(async (what: string | undefined, options: ReportOptions) => done(await handlers.report(what, options)));

  addStoreOptions(addSourceOptions(program.command('verify')))
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
    )
    .action(async (pipeline: string | undefined, options: VerifyOptions) =>
      done(await handlers.verify(pipeline, options)),
    );

  addStoreOptions(addSourceOptions(program.command('gc')))
    .description('remove results that are no longer needed; says what, and asks for --yes')
    .argument('[pipelines...]', 'what these refer to, with their overlays and sweeps, is kept')
    .addOption(new Option('--older-than <age>', 'only what was not used for so long, e.g. 30d').argParser(milliseconds))
    .addOption(
      new Option('--max-size <size>', 'only until no more than this is left, least recently used first').argParser(
        bytes,
      ),
    )
    .option('-y, --yes', 'do it, instead of saying what would be done', false)
    .addHelpText(
      'after',
      `
Examples:
  pipe gc --older-than 30d                                          what would go
  pipe gc --older-than 30d --yes                                    let it go
  pipe gc --max-size 20GB pipelines/consistency.yaml --yes          down to 20 GB, but nothing of this pipeline
  pipe gc pipelines/consistency.yaml --sweep params.temperature=1,4,10 --yes   all but these variants

Overlays, settings and sweeps apply to each of the pipelines. What a run in progress uses stays. Without pipelines, age
and size, it is as with --max-size ${usualStoreLimit.text}.`,
    )
    .action(async (pipelines: string[], options: GcOptions) => done(await handlers.gc(pipelines, options)));
}
