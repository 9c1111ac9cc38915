import { type OutputRecord, type RunSummary, wasStopped } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { collectionLine } from '../report/collection.ts';
import type { Display } from '../report/display.ts';
import { summaryJson } from '../report/json.ts';
import { absentText, nextText, summaryText } from '../report/summary.ts';
import { reportToCi } from './ci.ts';
import { humanStream, jsonText, widthOf } from './display.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProjectContext } from './project.ts';
import { hasRemotes, type RemoteOptions } from './remote-options.ts';
import type { SharedStore } from './shared-store.ts';

/** What the end of a run needs of the run. */
export interface RunEnd {
  readonly project: ProjectContext;
  readonly request: RemoteOptions & {
    readonly pipeline: string;
    readonly json: boolean;
    readonly frozen: boolean;
    /** With `frozen`: read every result, wherever it is. */
    readonly verify: boolean;
    /** Whether the end of the run waits until its results are sent. */
    readonly wait: boolean;
    /** Bytes. */
    readonly maxSize: number;
  };
  readonly store: LocalStore;
  /** The same, with the shared caches behind it. */
  readonly shared: SharedStore;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** Tells what became of a run, waits for what it sends, and tidies up after it. Resolves to the exit code. */
export async function endRun(summary: RunSummary, parts: RunEnd): Promise<number> {
  const { project, request, store } = parts;
  const human = humanStream(project, request.json);
  human.write(`\n${summaryText(summary, widthOf(human))}`);
  const isHere = (output: OutputRecord) => store.pathOf(output) !== undefined;
  human.write(absentText(summary, isHere, remedyFor(parts)));
  human.write(project.asTyped(nextText(summary, store.runs.ids().length < 2)));
  await parts.shared.finish(request.wait && !parts.signal.aborted);
  reportToCi(project, summary, store);
  if (summary.ran > 0) await limitStore(parts, summary);
  if (request.json) {
    const json = summaryJson(summary, (output) => store.pathOf(output));
    project.stdout.write(jsonText(json));
  }
  const unreadable = request.verify ? await unreadableResults(summary, parts.shared) : [];
  return conclude(summary, unreadable, parts);
}

/** Removes the least recently used results if the store exceeds its limit; nothing of this run. */
async function limitStore({ store, request, display }: RunEnd, { stages }: RunSummary): Promise<void> {
  const keep = new Set(stages.flatMap(({ key }) => key ?? []));
  const collection = await store.limit({ keep, maxSize: request.maxSize });
  if (collection && collection.removed.length > 0) display.say(collectionLine(collection));
}

/** How to get results that are cached but missing here: by computing them, or from a shared cache that has them. */
function remedyFor({ project, request }: RunEnd): (stage: string) => string {
  const { pipeline } = request;
  return hasRemotes(project, request)
    ? (stage) => `${project.asTyped('pipe pull')} ${pipeline} --target ${stage} downloads it.`
    : (stage) => `${project.asTyped('pipe run')} ${pipeline} --target ${stage} recomputes it.`;
}

/** Stages with a result that cannot be read with the digest in its record. */
async function unreadableResults({ stages }: RunSummary, shared: SharedStore): Promise<readonly string[]> {
  const checked = await Promise.all(
    stages.map(async ({ id, key }) => {
      const lookup = key === undefined ? undefined : await shared.store.find(key);
      return lookup && lookup.state !== 'miss' && !(await shared.check(lookup.record)) ? [id] : [];
    }),
  );
  return checked.flat();
}

function conclude(
  { outcome, stages }: RunSummary,
  unreadable: readonly string[],
  { project, request }: RunEnd,
): number {
  const { stderr } = project;
  if (unreadable.length > 0) {
    stderr.write(`these results are missing or altered: ${unreadable.join(', ')}\n`);
    return exitCodes.stageFailed;
  }
  if (outcome === 'done') return exitCodes.done;
  if (outcome === 'interrupted') {
    for (const { id, because } of stages.filter(wasStopped)) stderr.write(`${id} ${because}\n`);
    stderr.write('interrupted: run the same command again to continue\n');
    return exitCodes.interrupted;
  }
  if (request.frozen) {
    const stale = stages.filter(({ state }) => state !== 'hit').map(({ id }) => id);
    stderr.write(`frozen, but these stages would have to run: ${stale.join(', ')}\n`);
  }
  return exitCodes.stageFailed;
}
