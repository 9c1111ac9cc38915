import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isSystemError } from '../../disk/codes.ts';
import { StageError } from '../../problem/errors.ts';
import { shownLine } from '../../problem/shown.ts';
import type { Clock } from '../clock.ts';
import type { World } from '../definition.ts';
import { type GraphNode, laneOf } from '../graph/graph.ts';
import { changedFields, fieldsOf } from '../plan/changes.ts';
import { fieldWords } from '../plan/field-words.ts';
import { type Observation, observe } from '../plan/observation.ts';
import type { Computation } from '../plan/survey.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft, Objects, Store } from '../store/contract.ts';
import { removedInUse } from '../store/failure.ts';
import { type Continued, continueFrom } from './continuation.ts';
import { Curves, curvesFile, curvesOutput } from './curves.ts';
import type { Execution, Executor, StageJob, StageListener } from './executor.ts';
import { provenanceOf, type RunIdentity, type Span } from './provenance.ts';
import { warningsOfSecrets } from './secrets.ts';

/** What executing a stage needs from its run. */
export interface ExecutionServices {
  readonly store: Store;
  readonly executor: Executor;
  readonly world: World;
  readonly clock: Clock;
  readonly identity: RunIdentity;
  /** Ids of the nodes that are to continue from the end of a shorter computation. */
  readonly continued?: ReadonlySet<string>;
  /** Called when one continues. */
  readonly onContinued?: (node: GraphNode, from: Continued) => void;
}

/** The stage itself failed, or was told to stop. */
type Unfinished =
  | { readonly state: 'failed'; readonly error: unknown; readonly seconds: number }
  /** `resumes`: whether it left checkpoints that the next attempt continues from. */
  | { readonly state: 'stopped'; readonly resumes: boolean };

/** How executing a stage ended. */
export type Executed = Unfinished | { readonly state: 'done'; readonly record: StageRecord };

/**
 * Runs a stage into a draft and publishes its outputs; the caller abandons the draft.
 * @throws only errors of the store: the stage's own errors are a result.
 */
export async function executeStage(
  computation: Computation,
  draft: Draft,
  place: number,
  services: ExecutionServices,
  listener: StageListener,
  signal: AbortSignal,
): Promise<Executed> {
  const outputs = Object.fromEntries(
    Object.entries(computation.node.outputs).map(([name, { file }]) => [name, draft.outputPath(name, file)]),
  );
  const begun = await begin(computation, draft, services);
  if ('error' in begun) return { state: 'failed', error: begun.error, seconds: 0 };
  for (const warning of warningsOfSecrets(computation.node, services.world.environment)) listener.warn(warning);
  const curves = new Curves();
  const ran = await runProgram(computation, { draft, place, outputs }, services, heardBy(listener, curves), signal);
  if (ran.state !== 'ran') return ran;
  for (const stray of await strayFiles(Object.values(outputs))) {
    listener.warn(`wrote "${shownLine(stray)}", which is not a declared output and is not kept`);
  }
  return await publish(computation, draft, { ...ran, curves, continued: begun.continued }, services);
}

/** A listener that also keeps the curves of what is reported. */
function heardBy(listener: StageListener, curves: Curves): StageListener {
  return {
    ...listener,
    progress: (progress) => {
      if (progress.step !== undefined) curves.add(progress.step, progress.metrics ?? {});
      listener.progress(progress);
    },
  };
}

/** The computation that a stage continues from, if any; or why it cannot although that was requested. */
async function begin(
  computation: Computation,
  draft: Draft,
  { continued, onContinued, store }: ExecutionServices,
): Promise<{ readonly continued: Continued | undefined } | { readonly error: StageError }> {
  try {
    const from = await continueFrom(computation, draft, store, continued?.has(computation.node.id) ?? false);
    if (from) onContinued?.(computation.node, from);
    return { continued: from };
  } catch (error) {
    if (error instanceof StageError) return { error };
    throw error;
  }
}

/** Where a stage runs: its folder, its place in its lane, and the paths for its outputs. */
interface Where {
  readonly draft: Draft;
  readonly place: number;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What an executor is told about a computation, with its inputs in place. */
export async function jobOf(
  computation: Computation,
  { draft, place, outputs }: Where,
  store: Objects,
): Promise<StageJob> {
  const { node, facts } = computation;
  return {
    stage: node.id,
    uses: node.definition.uses,
    version: node.definition.version,
    variables: node.definition.variables?.(node.stage.config),
    pipelineFile: node.file,
    config: node.stage.config,
    inputs: await openInputs(computation, draft, store),
    outputs,
    get checkpoints() {
      return draft.checkpoints;
    },
    get scratch() {
      return draft.scratch;
    },
    facts,
    lane: laneOf(node),
    cpus: node.stage.cpus,
    contain: node.stage.contain,
    place,
    mark: draft.mark,
  };
}

interface Ran extends Execution {
  readonly state: 'ran';
  readonly span: Span;
}

async function runProgram(
  computation: Computation,
  where: Where,
  { store, executor, world, clock }: ExecutionServices,
  listener: StageListener,
  signal: AbortSignal,
): Promise<Ran | Unfinished> {
  const { node } = computation;
  const job = await jobOf(computation, where, store);
  const started = clock.now();
  const timeout = startTimeout(node, clock);
  try {
    const before = await observeUnchanged(computation, world, 'waited');
    const execution = await executor.execute(job, listener, AbortSignal.any([signal, timeout.signal]));
    const span = { started, finished: clock.now() };
    await refuseChangedFacts(computation, before, world);
    return { state: 'ran', ...execution, span };
  } catch (error) {
    if (signal.aborted) return { state: 'stopped', resumes: readdirSync(where.draft.checkpoints).length > 0 };
    // The stage may not remove the folder for its outputs: if it did, that is the reason, whatever it reports.
    const isStoreGone = Object.values(where.outputs).some((path) => !existsSync(dirname(path)));
    const storeError = isStoreGone ? removedInUse(store.directory) : undefined;
    const reason: unknown = storeError ?? (timeout.signal.aborted ? timeout.signal.reason : error);
    const kept = node.definition.startsProcess ? withFolder(reason, where.draft) : reason;
    return { state: 'failed', error: kept, seconds: (clock.now() - started) / 1000 };
  } finally {
    timeout.cancel();
  }
}

/** A command's failure, with the path of its folder. */
function withFolder(error: unknown, draft: Draft): unknown {
  const folder = error instanceof StageError ? draft.keepScratch?.() : undefined;
  if (!(error instanceof StageError) || folder === undefined) return error;
  const hint = `${error.hint === undefined ? '' : `${error.hint}\n`}its folder is kept, with everything it wrote: ${folder}`;
  return new StageError(error.message, { hint, cause: error });
}

/** What a result is published with, in addition to the outputs. */
interface Kept {
  readonly curves: Curves;
  readonly continued: Continued | undefined;
}

async function publish(
  computation: Computation,
  draft: Draft,
  { result, writersGone, span, curves, continued }: Ran & Kept,
  { identity }: ExecutionServices,
): Promise<Executed> {
  const seconds = (span.finished - span.started) / 1000;
  const declared = Object.entries(computation.node.outputs).map(
    ([name, { file, directory = false }]) => [name, { file, directory }] as const,
  );
  if (!curves.isEmpty) {
    writeFileSync(draft.outputPath(curvesOutput, curvesFile), curves.text());
    declared.push([curvesOutput, { file: curvesFile, directory: false }]);
  }
  try {
    const record = await draft.publish(Object.fromEntries(declared), {
      material: computation.material,
      metrics: result.metrics,
      provenance: provenanceOf(computation, identity, span, result, continued),
      seconds,
      writersGone: writersGone || computation.node.definition.runsForeignCode !== true,
      keepEnd: computation.node.definition.continuation?.keepsEnd(computation.node.stage.config) ?? false,
    });
    return { state: 'done', record };
  } catch (error) {
    if (error instanceof StageError) return { state: 'failed', error, seconds };
    throw error;
  }
}

/** The paths of a stage's inputs: the store's own files for built-in code, copies for foreign code, unless it asks for symlinks. */
async function openInputs(
  { node, inputs }: Computation,
  draft: Draft,
  store: Objects,
): Promise<Readonly<Record<string, string>>> {
  const { runsForeignCode, linksInputs } = node.definition;
  const isCopied = runsForeignCode === true && linksInputs?.(node.stage.config) !== true;
  const open = async (port: string, content: OutputRecord, file: string) => {
    if (!isCopied) return store.open(content, file);
    const path = draft.inputPath(port, file);
    await store.copy(content, path);
    return path;
  };
  const opened = Object.entries(inputs).map(
    async ([port, { content, file }]) => [port, await open(port, content, file)] as const,
  );
  return Object.fromEntries(await Promise.all(opened));
}

function startTimeout({ stage }: GraphNode, clock: Clock): { readonly signal: AbortSignal; cancel(): void } {
  const { timeoutSeconds } = stage;
  const controller = new AbortController();
  if (timeoutSeconds === undefined) return { signal: controller.signal, cancel: () => undefined };
  const reason = new StageError(`The stage was stopped: it took longer than its timeout of ${timeoutSeconds} s.`, {
    hint: 'Raise its timeout, or find out why it takes so long.',
  });
  return { signal: controller.signal, cancel: clock.after(timeoutSeconds * 1000, () => controller.abort(reason)) };
}

/** If the stage may have read something other than what its key was made from, its result must not be stored under that key. */
async function observeUnchanged({ node, facts }: Computation, world: World, when: string): Promise<Observation> {
  const observed = await observe(node, world);
  const changed = changedFields(fieldsOf({ facts }), fieldsOf({ facts: observed.facts }));
  if (changed.length > 0) throw changedUnder(changed.map(fieldWords), when);
  return observed;
}

/** Also refuses files that were changed and restored: it is unknown which version the stage read. */
async function refuseChangedFacts(computation: Computation, before: Observation, world: World): Promise<void> {
  const { versions } = await observeUnchanged(computation, world, 'ran');
  const touched = [...versions].filter(([path, version]) => before.versions.get(path) !== version);
  if (touched.length > 0)
    throw changedUnder(
      touched.map(([path]) => path),
      'ran',
    );
}

function changedUnder(what: readonly string[], when: string): StageError {
  return new StageError(`What the stage depends on changed while it ${when}: ${what.join(', ')}.`, {
    hint: 'Run the command again. Nothing from this attempt was saved.',
  });
}

/** Names of files that a stage wrote without declaring them, sorted; they are not kept. */
async function strayFiles(outputPaths: readonly string[]): Promise<readonly string[]> {
  const declared = new Map<string, Set<string>>();
  for (const path of outputPaths) {
    const names = declared.get(dirname(path)) ?? new Set();
    declared.set(dirname(path), names.add(basename(path)));
  }
  const strays = await Promise.all(
    [...declared].map(async ([directory, names]) => (await namesIn(directory)).filter((name) => !names.has(name))),
  );
  return strays.flat().sort();
}

/** If the folder disappeared or is locked, there are no strays; publishing reports the problem. */
function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isSystemError(error)) return [];
    throw error;
  });
}
