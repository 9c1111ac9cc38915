import { UserError } from '../../problem/errors.ts';
import type { Goal } from '../../schema/pipeline.ts';
import type { Clock } from '../clock.ts';
import type { Progress } from '../definition.ts';
import { type GraphNode, laneOf } from '../graph/graph.ts';
import type { Computation, Survey } from '../plan/survey.ts';
import type { StageRecord } from '../record.ts';
import type { Continued } from './continuation.ts';
import type { RunEvent, RunListener, RunOutcome } from './events.ts';
import type { RunIdentity } from './provenance.ts';
import { RunState } from './run-state.ts';
import type { RunSummary, StageSummary } from './summary.ts';

/** What is said of a stage that was stopped begins with it. */
const stopped = 'stopped';

/** Why a frozen run skips a stage. */
export const frozenOut = 'would have to run, but the run is frozen';

/** Reports what happens in a run, as events; the state of a stage follows from its events. */
export class Ledger {
  readonly #survey: Survey;
  readonly #identity: RunIdentity;
  readonly #listener: RunListener;
  readonly #clock: Clock;
  readonly #started: number;
  readonly #state = new RunState();

  /** @param started when the run began, by the clock. */
  constructor(survey: Survey, identity: RunIdentity, listener: RunListener, clock: Clock, started: number) {
    this.#survey = survey;
    this.#identity = identity;
    this.#listener = listener;
    this.#clock = clock;
    this.#started = started;
  }

  begin(goal: Goal | undefined): void {
    const stages = this.#survey.selection.nodes.map((node) => ({
      id: node.id,
      stage: node.stage.id,
      uses: node.definition.uses,
      lane: laneOf(node),
      needs: [...new Set(Object.values(node.inputs).map((edge) => edge.node))],
      files: Object.fromEntries(Object.entries(node.outputs).map(([name, { file }]) => [name, file])),
      ...(node.stage.report && { report: node.stage.report }),
      variants: node.variants,
    }));
    const { run, pipeline } = this.#identity;
    this.#tell({ type: 'run-started', run, pipeline, ...(goal && { goal }), stages });
  }

  /** Reports those nodes whose results are known by now and that were not reported yet. */
  announceHits(nodes: readonly GraphNode[]): void {
    for (const { id } of nodes) {
      const forecast = this.#survey.forecast(id);
      if (forecast.state !== 'hit' || this.#hasResult(id, forecast.key)) continue;
      const { key, from } = forecast;
      const { outputs, metrics, provenance, seconds } = forecast.record;
      const hit = { stage: id, key, outputs, metrics, provenance, savedSeconds: seconds, ...(from && { from }) };
      this.#tell({ type: 'stage-hit', ...hit });
    }
  }

  waits({ node, key }: Computation, holder: string): void {
    this.#tell({ type: 'stage-waiting', stage: node.id, key, holder });
  }

  starts({ node, key, reason }: Computation, attempt: number): void {
    this.#tell({ type: 'stage-started', stage: node.id, key, reason, attempt });
    if (reason.kind === 'object-damaged') {
      this.warn(node.id, `its output "${reason.output}" was damaged in the store: it was set aside and is recomputed`);
    }
  }

  continues({ id }: GraphNode, from: Continued): void {
    this.#tell({ type: 'stage-continued', stage: id, ...from });
  }

  progresses(stage: string, progress: Progress): void {
    this.#tell({ type: 'stage-progress', stage, progress });
  }

  hears(stage: string, text: string): void {
    this.#tell({ type: 'stage-output', stage, text });
  }

  finishes({ node, key }: Computation, { seconds, outputs, metrics, provenance }: StageRecord): void {
    this.#tell({ type: 'stage-finished', stage: node.id, key, seconds, outputs, metrics, provenance });
  }

  fails({ id }: GraphNode, error: unknown, seconds: number): void {
    const message = messageOf(error);
    const hint = error instanceof UserError ? error.hint : undefined;
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    this.#tell({ type: 'stage-failed', stage: id, seconds, message, hint, stack });
    for (const node of this.#survey.below(id)) this.#skip(node, `needs "${id}", which failed`);
  }

  /** Reports how far a stopped stage was, and whether its next attempt continues from there. */
  stops(node: GraphNode, resumes: boolean): void {
    const known = this.#state.stageOf(node.id);
    const at = known.state === 'running' && known.progress ? ` at ${known.progress.latest.label}` : '';
    const next = resumes ? 'the next run continues from its last checkpoint' : 'the next run starts it again';
    this.#skip(node, `${stopped}${at}; ${next}`);
  }

  hasFailed(id: string): boolean {
    return this.#state.stageOf(id).state === 'failed';
  }

  warn(stage: string, message: string): void {
    this.#tell({ type: 'stage-warning', stage, message });
  }

  /** Skips everything that has neither a result nor a failure by now. */
  skipTheRest(because: string): void {
    for (const node of this.#survey.selection.nodes) {
      if (this.#survey.forecast(node.id).state !== 'hit' && !this.hasFailed(node.id)) this.#skip(node, because);
    }
  }

  end(interrupted: boolean): RunSummary {
    const isComplete = this.#state.count('failed', 'skipped') === 0;
    const isInterrupted = interrupted && this.#state.count('skipped') > 0;
    this.#finish(isComplete ? 'done' : isInterrupted ? 'interrupted' : 'failed');
    return this.#state.summary();
  }

  /** For a run that cannot continue: its error is thrown to the caller. */
  breakOff(): void {
    this.#finish('failed');
  }

  #hasResult(id: string, key: string): boolean {
    const known = this.#state.stageOf(id);
    return (known.state === 'hit' || known.state === 'ran') && known.key === key;
  }

  #skip({ id }: GraphNode, because: string): void {
    if (this.#state.stageOf(id).state === 'skipped') return;
    const forecast = this.#survey.forecast(id);
    const key = forecast.state === 'after' ? undefined : forecast.key;
    const reason = forecast.state === 'miss' ? forecast.reason : undefined;
    this.#tell({ type: 'stage-skipped', stage: id, key, reason, because });
  }

  #finish(outcome: RunOutcome): void {
    this.#tell({ type: 'run-finished', outcome, seconds: (this.#clock.now() - this.#started) / 1000 });
  }

  #tell(event: RunEvent): void {
    this.#state.apply(event, this.#clock.now() / 1000);
    this.#listener(event);
  }
}

/** True if a stage was running when its run was told to stop: its output then tells how far it was. */
export function wasStopped({ state, because }: StageSummary): boolean {
  return state === 'skipped' && because?.startsWith(stopped) === true;
}

/** The readable part of an error: its message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
