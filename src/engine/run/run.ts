import type { JsonObject } from '../../json/json.ts';
import type { GraphNode, StageGraph } from '../graph/graph.ts';
import { nodesNamed, type SelectionOptions } from '../graph/selection.ts';
import { Survey } from '../plan/survey.ts';
import type { Continued } from './continuation.ts';
import type { RunListener } from './events.ts';
import type { ExecutionServices } from './execution.ts';
import { Ledger } from './ledger.ts';
import type { SchedulerOptions } from './scheduler.ts';
import { maskedExecutor, maskFor } from './secrets.ts';
import type { RunSummary } from './summary.ts';

/** How a run goes about its work. */
export interface RunOptions extends SelectionOptions, SchedulerOptions {
  /** Run nothing: fail where something would have to run. */
  readonly frozen?: boolean;
  /** How many stages may run at once, in all lanes together; by default as many as lanes allow. */
  readonly jobs?: number;
  /** Stages that continue from the kept end of a shorter computation, by stage id or node id: see `Continuation`. */
  readonly continued?: readonly string[];
  /** Places of lanes that the pipeline does not declare; a lane that nobody declares has one. */
  readonly lanes?: Readonly<Record<string, number>>;
  /** What all running stages may take together where the pipeline does not declare it; by default there is no limit. */
  readonly memoryBytes?: number;
}

/** All that a run touches. */
export interface RunServices extends Omit<ExecutionServices, 'identity' | 'continued' | 'onContinued'> {
  /** Names this run in its events and in the records it makes. */
  readonly run: string;
  /** What the code was: the package's version, the git commit and whether the tree was dirty. */
  readonly origin: JsonObject;
  readonly listener: RunListener;
  /** Aborted when the run should stop: running stages are told, nothing new starts. */
  readonly signal: AbortSignal;
  /** Of the same graph, store and selection, where one was made for a plan. */
  readonly survey?: Survey | undefined;
  readonly options?: RunOptions;
}

/**
 * Computes what the targets need and the store does not have. A stage that fails does not make it reject: see the summary.
 * @throws UserError if an option names no stage, where `observe` finds something wrong, or where the store fails.
 */
export async function runPipeline(graph: StageGraph, services: RunServices): Promise<RunSummary> {
  const { store, world, clock, listener, signal, options = {} } = services;
  const started = clock.now();
  let survey = services.survey ?? (await Survey.of(graph, store, world, options));
  // What was found may have been collected before the store was told that it is needed.
  if (!options.frozen && !(await store.hold())) survey = await Survey.of(graph, store, world, options);
  const identity = { run: services.run, pipeline: graph.pipeline, origin: services.origin };
  const ledger = new Ledger(survey, identity, listener, clock, started);
  ledger.begin();
  ledger.announceHits(survey.selection.nodes);
  if (options.frozen) {
    ledger.skipTheRest('would have to run, but the run is frozen');
  } else {
    if (survey.ready.length > 0) {
      const continued = new Set(
        (options.continued ?? []).flatMap((name) => nodesNamed(graph, name).map(({ id }) => id)),
      );
      const onContinued = (node: GraphNode, from: Continued) => ledger.continues(node, from);
      // Loaded where something is to be computed: finding that nothing is takes less time than loading this.
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
  const summary = ledger.end(signal.aborted);
  return graph.goal ? { ...summary, goal: graph.goal } : summary;
}
