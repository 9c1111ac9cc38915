import type { JsonObject } from '../../json/json.ts';
import type { GraphNode, StageGraph } from '../graph/graph.ts';
import { nodesNamed, type SelectionOptions } from '../graph/selection.ts';
import { Survey } from '../plan/survey.ts';
import type { Continued } from './continuation.ts';
import type { RunListener } from './events.ts';
import type { ExecutionServices } from './execution.ts';
import { frozenOut, Ledger } from './ledger.ts';
import type { SchedulerOptions } from './scheduler.ts';
import { maskedExecutor, maskFor } from './secrets.ts';
import type { RunSummary } from './summary.ts';

/** How a run works. */
export interface RunOptions extends SelectionOptions, SchedulerOptions {
  /** Run nothing: fail if something would have to run. */
  readonly frozen?: boolean;
  /** Maximum number of stages that run at once, in all lanes together (default: as many as lanes allow). */
  readonly jobs?: number;
  /** Stages that continue from the kept end of a shorter computation, by stage id or node id: see `Continuation`. */
  readonly continued?: readonly string[];
  /** Places of lanes that the pipeline does not declare; other lanes have one. */
  readonly lanes?: Readonly<Record<string, number>>;
  /** Memory that all running stages may use together, if the pipeline does not declare it (default: no limit). */
  readonly memoryBytes?: number;
}

/** Everything that a run uses. */
export interface RunServices extends Omit<ExecutionServices, 'identity' | 'continued' | 'onContinued'> {
  /** Identifies this run in its events and in the records it makes. */
  readonly run: string;
  /** The code: the version of the package, the git commit, and whether the tree was dirty. */
  readonly origin: JsonObject;
  readonly listener: RunListener;
  /** Aborted when the run should stop: running stages are told, and no new stage starts. */
  readonly signal: AbortSignal;
  /** A plan of the same graph, store and selection, if one was made. */
  readonly survey?: Survey | undefined;
  readonly options?: RunOptions;
}

/**
 * Computes what the targets need and the store does not have. It does not reject if a stage fails: see the summary.
 * @throws UserError if an option names no stage, if `observe` finds a problem, or if the store fails.
 */
export async function runPipeline(graph: StageGraph, services: RunServices): Promise<RunSummary> {
  const { store, world, clock, listener, signal, options = {} } = services;
  const started = clock.now();
  let survey = services.survey ?? (await Survey.of(graph, store, world, options));
  // Results that were found may have been collected before the store was told that they are needed.
  if (!options.frozen && !(await store.hold())) survey = await Survey.of(graph, store, world, options);
  const identity = { run: services.run, pipeline: graph.pipeline, origin: services.origin };
  const ledger = new Ledger(survey, identity, listener, clock, started);
  ledger.begin(graph.goal);
  ledger.announceHits(survey.selection.nodes);
  if (options.frozen) {
    ledger.skipTheRest(frozenOut);
  } else {
    if (survey.ready.length > 0) {
      const continued = new Set(
        (options.continued ?? []).flatMap((name) => nodesNamed(graph, name).map(({ id }) => id)),
      );
      const onContinued = (node: GraphNode, from: Continued) => ledger.continues(node, from);
      // Loaded only if something must be computed: finding that nothing must be takes less time than loading this.
      const [{ LaneQueue }, { Scheduler }] = await Promise.all([
        import('./lanes/lane-queue.ts'),
        import('./scheduler.ts'),
      ]);
      const lanes = new LaneQueue({
        lanes: { ...options.lanes, ...graph.lanes },
        jobs: options.jobs,
        memoryBytes: graph.memoryBytes ?? options.memoryBytes,
      });
      const executor = maskedExecutor(services.executor, maskFor(graph, world.environment));
      const executing = { ...services, executor, identity, continued, onContinued };
      await new Scheduler(survey, ledger, lanes, executing, options).finish();
    }
    ledger.skipTheRest(signal.aborted ? 'the run was interrupted' : 'the run stopped after a failure');
  }
  return ledger.end(signal.aborted);
}
