import { planPipeline } from '../../engine/index.ts';
import { StageError } from '../../problem/errors.ts';
import { readingFrom, TieredStore } from '../../remote/tiered-store.ts';
import type { CliCommand } from '../command.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText, openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { addPlanOptions, type PlanOptions } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { openProject } from '../project.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { openRemotes } from '../remotes.ts';
import { selectionOf } from '../selection.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

type PullOptions = PlanOptions & RemoteOptions;

export const command: CliCommand = {
  declare: (command) =>
    addRemoteOptions(addPlanOptions(command))
      .description('download results of a pipeline from the shared caches')
      .addHelpText(
        'after',
        `
Examples:
  pipe pull pipelines/consistency.yaml                      all its results, before you go offline
  pipe pull pipelines/consistency.yaml --target teacher     one stage and what it needs

A run downloads only the results that it reads. This command downloads all of them.`,
      ),
  run: pull,
};

/** `pipe pull`: downloads every result of a pipeline that a shared cache has, with all its content. */
async function pull(context: CliContext, pipeline: string, options: PullOptions): Promise<number> {
  const project = await openProject(context, pipeline);
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  const store = await openStoreAt(project, options.artifacts, { readonly: false });
  const remotes = await openRemotes(project, options, (message) => warn(context, message));
  const display = await openTaskDisplay(context);
  const stop = interruption((line) => context.stderr.write(`${line}\n`));
  try {
    const chain = remotes.chain(store, stop.signal);
    const tiered = new TieredStore(
      store,
      readingFrom(chain, options.trustFrom === undefined ? undefined : remotes.believes(store)),
    );
    const plan = await planPipeline(graph, tiered, worldAround(project, store), selectionOf(graph, options));
    const known = plan.stages.flatMap(({ id, forecast }) =>
      forecast.state === 'hit' ? [{ id, record: forecast.record }] : [],
    );
    // Protects what is here already from collection, and keeps the digests of large files: otherwise each pull reads them again.
    if (known.length > 0) await store.hold();
    const brought: string[] = [];
    const missing: string[] = [];
    for (const [done, { id, record }] of known.entries()) {
      display.progress({ label: id, done, total: known.length, unit: 'results' });
      stop.signal.throwIfAborted();
      (await chain.bring(record)) ? brought.push(id) : missing.push(id);
    }
    display.end();
    const unknown = plan.stages.filter(({ forecast }) => forecast.state !== 'hit').map(({ id }) => id);
    if (options.json) context.stdout.write(jsonText({ here: brought, missing, unknown }));
    else context.stdout.write(`${brought.length} of ${plan.stages.length} results are here\n`);
    if (missing.length === 0 && unknown.length > 0 && chain.hasFailed) {
      throw new StageError(`A cache failed, so these results could not be looked up: ${unknown.join(', ')}.`, {
        hint: 'the warnings say why; `pipe remote status` tells whether each cache answers',
      });
    }
    if (missing.length === 0) return exitCodes.done;
    throw new StageError(`No cache has the content of these results: ${missing.join(', ')}.`, {
      hint: '`pipe run` computes them again',
    });
  } finally {
    display.end();
    stop.end();
    remotes.close();
    await store.close();
  }
}
