import { StageError, UserError } from '../../problem/errors.ts';
import type { GraphNode, StageGraph } from '../graph/graph.ts';
import { type Computation, Survey } from '../plan/survey.ts';
import type { StageRecord } from '../record.ts';
import type { Draft } from '../store/contract.ts';
import { type ExecutionServices, executeStage, jobOf } from './execution.ts';
import type { StageJob, StageListener } from './executor.ts';
import { messageOf } from './ledger.ts';
import { maskedExecutor, maskFor } from './secrets.ts';

/** What computing a stage without storing its result needs. */
export interface AsideServices extends ExecutionServices {
  readonly listener: StageListener;
  readonly signal: AbortSignal;
}

/**
 * Computes a node from its stored inputs, without its checkpoints, even if it has a result, and keeps nothing; resolves to the record that
 * a run would keep.
 * @throws StageError if an input is not stored or the stage fails; the signal's reason.
 */
export async function tryStage(graph: StageGraph, node: GraphNode, services: AsideServices): Promise<StageRecord> {
  const computation = await computationOf(graph, node, services);
  return computeAside(graph, computation, services, async (record) => record);
}

/**
 * Copies a node's stored inputs into a separate folder, and passes the job for an executor to `visit`; the folder is removed afterwards.
 * @throws StageError if an input is not stored.
 */
export async function visitStage<Result>(
  graph: StageGraph,
  node: GraphNode,
  { store, world }: Pick<AsideServices, 'store' | 'world'>,
  visit: (job: StageJob) => Promise<Result>,
): Promise<Result> {
  const computation = await computationOf(graph, node, { store, world });
  const draft = await store.rerunDraft(computation.key);
  try {
    return await visit(await jobOf(computation, { draft, place: 0, outputs: {} }, store));
  } finally {
    await draft.abandon();
  }
}

/** What a node would compute. @throws StageError if one of its inputs is not stored. */
export async function computationOf(
  graph: StageGraph,
  node: GraphNode,
  { store, world }: Pick<AsideServices, 'store' | 'world'>,
): Promise<Computation> {
  const survey = await Survey.of(graph, store, world, { targets: [node.id], force: [node.id] });
  const computation = survey.ready.find((ready) => ready.node === node);
  if (computation) return computation;
  const forecast = survey.forecast(node.id);
  const after = forecast.state === 'after' ? forecast.after.join(', ') : '';
  throw new StageError(`${node.id} cannot be computed alone: it reads ${after}, which has no complete result.`, {
    hint: 'run the pipeline first',
  });
}

/**
 * Computes a stage in a folder that is removed after `use` has seen the outputs.
 * @throws StageError if the stage fails; the signal's reason.
 */
export async function computeAside<Result>(
  graph: StageGraph,
  computation: Computation,
  services: AsideServices,
  use: (record: StageRecord, draft: Draft) => Promise<Result>,
): Promise<Result> {
  const { store, world, listener, signal } = services;
  const executor = maskedExecutor(services.executor, maskFor(graph, world.environment));
  const draft = await store.rerunDraft(computation.key);
  try {
    const executed = await executeStage(computation, draft, 0, { ...services, executor }, listener, signal);
    signal.throwIfAborted();
    if (executed.state === 'done') return await use(executed.record, draft);
    throw failure(computation.node, executed.state === 'failed' ? executed.error : signal.reason);
  } finally {
    await draft.abandon();
  }
}

function failure({ id }: GraphNode, error: unknown): UserError {
  const hint = error instanceof UserError ? error.hint : undefined;
  return new StageError(`${id} failed: ${messageOf(error)}`, { cause: error, ...(hint !== undefined && { hint }) });
}
