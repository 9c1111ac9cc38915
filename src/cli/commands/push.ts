import { planPipeline, type StageRecord } from '../../engine/index.ts';
import type { LocalStore } from '../../engine/store/index.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import { uploadText } from '../../report/transfer.ts';
import type { CliCommand } from '../command.ts';
import { computedHere } from '../computed-here.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText, openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, pipelineHelp } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, type ProjectContext } from '../project.ts';
import { refuseToWrite } from '../pull-request.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { openRemotes } from '../remotes.ts';
import { openCatalogue, openStoreThere, worldAround } from '../workspace.ts';

type PushOptions = PipelineOptions & RemoteOptions & { readonly verify: boolean };

export const command: CliCommand = {
  declare: (command) =>
    addRemoteOptions(addStoreOptions(addSourceOptions(command)))
      .description('send results to the shared caches')
      .argument('[pipeline]', `${pipelineHelp}: send only its results (default: everything in the store)`)
      .option('--verify', 'also read what the caches have of these results, and replace what is damaged', false)
      .addHelpText(
        'after',
        `
Examples:
  pipe push                                                also what earlier runs did not send
  pipe push pipelines/consistency.yaml --remote /mnt/team

Results that this user computed on this machine are signed; results that others signed are sent unchanged. Results that a cache
already has are not sent again.`,
      ),
  run: push,
};

/** `pipe push`: sends results of this store to every writable shared cache. */
async function push(context: CliContext, pipeline: string | undefined, options: PushOptions): Promise<number> {
  refuseToWrite(context.environment, 'push');
  const project = await openProject(context, pipeline);
  const store = await openStoreThere(project, options.artifacts, { readonly: false });
  const remotes = await openRemotes(project, options, (message) => warn(context, message));
  const display = await openTaskDisplay(context);
  const stop = interruption((line) => context.stderr.write(`${line}\n`));
  try {
    // Protects what is sent from collection, and keeps the digests of large files: otherwise each push reads them again.
    await store.hold();
    const records = await recordsMeant(project, pipeline, options, store);
    const uploads = remotes.uploads(store, {
      verifies: options.verify,
      onProgress: ({ done }) => display.progress({ label: 'sending', done, total: records.length, unit: 'results' }),
    });
    if (!uploads) throw nowhere(remotes.remotes.length, remotes.canSign);
    stop.signal.addEventListener('abort', () => void uploads.stop(), { once: true });
    const isOwn = computedHere(project);
    for (const record of records) uploads.add(record, { isOwn: isOwn(record) });
    const sent = await uploads.finish();
    display.end();
    context.stdout.write(options.json ? jsonText({ ...sent }) : uploadText(sent));
    if (stop.signal.aborted) return exitCodes.interrupted;
    return sent.failed > 0 ? exitCodes.environment : exitCodes.done;
  } finally {
    display.end();
    stop.end();
    remotes.close();
    await store.close();
  }
}

async function recordsMeant(
  project: ProjectContext,
  pipeline: string | undefined,
  options: PushOptions,
  store: LocalStore,
): Promise<readonly StageRecord[]> {
  if (pipeline === undefined) return (await store.records()).map(({ record }) => record);
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  const { stages } = await planPipeline(graph, store, worldAround(project, store));
  return stages.flatMap(({ forecast }) => (forecast.state === 'hit' ? [forecast.record] : []));
}

function nowhere(remotes: number, canSign: boolean): EnvironmentError {
  if (remotes > 0 && !canSign) {
    return new EnvironmentError('There is no key to sign results with.', { hint: 'run `pipe keys new`' });
  }
  return new EnvironmentError('There is no shared cache to send results to.', {
    hint: 'name one with --remote URL, or under `remotes` in pipe.project.yaml',
  });
}
