import type { JsonObject } from '../../json/json.ts';
import type { Goal } from '../../schema/pipeline.ts';
import type { Progress } from '../definition.ts';
import type { MissReason } from '../plan/plan.ts';
import type { OutputRecord } from '../record.ts';
import type { Elsewhere } from '../store/contract.ts';
import type { RunEvent, RunOutcome, StageOutline } from './events.ts';
import { ProgressMeter, type Rate } from './progress-rate.ts';
import type { RunSummary, StageSummary } from './summary.ts';

/** What a finished computation left, in this run or an earlier one. */
interface FinishedStage {
  readonly key: string;
  /** How long computing it took. */
  readonly seconds: number;
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
}

/** The state of a stage according to the events so far. Times are seconds on the caller's clock. */
export type StageState =
  | { readonly state: 'pending' }
  | { readonly state: 'waiting'; readonly key: string; readonly holder: string }
  | {
      readonly state: 'running';
      readonly key: string;
      readonly reason: MissReason;
      readonly attempt: number;
      readonly since: number;
      readonly progress?: { readonly latest: Progress; readonly rate: Rate };
    }
  | ({ readonly state: 'hit'; readonly from?: Elsewhere } & FinishedStage)
  | ({ readonly state: 'ran'; readonly reason: MissReason | undefined; readonly attempt: number } & FinishedStage)
  | {
      readonly state: 'failed';
      readonly key: string | undefined;
      readonly reason: MissReason | undefined;
      readonly seconds: number;
      readonly message: string;
      readonly hint: string | undefined;
      readonly stack: string | undefined;
    }
  | {
      readonly state: 'skipped';
      /** Undefined if it never became known, because something that the stage needs has no result. */
      readonly key: string | undefined;
      readonly reason: MissReason | undefined;
      readonly because: string;
    };

/**
 * A run according to its events: the only place that turns events into states. Displays, the summary and later readers of a run's log
 * therefore agree.
 */
export class RunState {
  run = '';
  pipeline = '';
  /** What its variants are for, if the pipeline says so. */
  goal: Goal | undefined;
  /** The stages in the order of the graph. */
  outlines: readonly StageOutline[] = [];
  /** When the run began. */
  since = 0;
  /** How it ended; undefined while it is running. */
  outcome: RunOutcome | undefined;
  /** How long it took; 0 while it is running. */
  seconds = 0;
  readonly #stages = new Map<string, StageState>();
  readonly #meters = new Map<string, ProgressMeter>();

  /** The state of a stage by the id of its node. */
  stageOf(id: string): StageState {
    return this.#stages.get(id) ?? { state: 'pending' };
  }

  /** How many stages are in one of these states. */
  count(...states: readonly StageState['state'][]): number {
    return this.outlines.filter(({ id }) => states.includes(this.stageOf(id).state)).length;
  }

  /** Applies an event. @param at when it happened, in seconds on any steady clock, the same for all events. */
  apply(event: RunEvent, at: number): void {
    switch (event.type) {
      case 'run-started':
        this.run = event.run;
        this.pipeline = event.pipeline;
        this.goal = event.goal;
        this.outlines = event.stages;
        this.since = at;
        break;
      case 'run-finished':
        this.outcome = event.outcome;
        this.seconds = event.seconds;
        break;
      case 'stage-progress':
        this.#progress(event.stage, event.progress, at);
        break;
      case 'stage-output':
      case 'stage-warning':
      case 'stage-continued':
      case 'warning':
        break;
      default:
        this.#stages.set(event.stage, this.#after(event, at));
        if (event.type === 'stage-started') this.#meters.set(event.stage, new ProgressMeter());
    }
  }

  /** The outcome of the run; stages without an end are skipped ones. */
  summary(): RunSummary {
    const stages = this.outlines.map((outline) => summaryOf(outline, this.stageOf(outline.id)));
    const count = (state: StageSummary['state']) => stages.filter((stage) => stage.state === state).length;
    const { run, pipeline, goal, seconds, outcome = 'interrupted' } = this;
    const counts = { hits: count('hit'), ran: count('ran'), failed: count('failed'), skipped: count('skipped') };
    return { run, pipeline, outcome, seconds, ...counts, ...(goal && { goal }), stages };
  }

  #after(event: Exclude<StageEvent, Silent>, at: number): StageState {
    const before = this.stageOf(event.stage);
    switch (event.type) {
      case 'stage-hit': {
        const { key, outputs, metrics, provenance, savedSeconds, from } = event;
        return { state: 'hit', key, seconds: savedSeconds, outputs, metrics, provenance, ...(from && { from }) };
      }
      case 'stage-waiting':
        return { state: 'waiting', key: event.key, holder: event.holder };
      case 'stage-started': {
        const { key, reason, attempt } = event;
        return { state: 'running', key, reason, attempt, since: at };
      }
      case 'stage-finished': {
        const { key, seconds, outputs, metrics, provenance } = event;
        const attempt = before.state === 'running' ? before.attempt : 1;
        return { state: 'ran', key, reason: reasonOf(before), attempt, seconds, outputs, metrics, provenance };
      }
      case 'stage-failed': {
        const { seconds, message, hint, stack } = event;
        return { state: 'failed', key: keyOf(before), reason: reasonOf(before), seconds, message, hint, stack };
      }
      case 'stage-skipped':
        return { state: 'skipped', key: event.key, reason: event.reason, because: event.because };
    }
  }

  #progress(stage: string, latest: Progress, at: number): void {
    const before = this.stageOf(stage);
    const meter = this.#meters.get(stage);
    if (before.state !== 'running' || !meter) return;
    this.#stages.set(stage, { ...before, progress: { latest, rate: meter.update(latest, at) } });
  }
}

type StageEvent = Extract<RunEvent, { readonly stage: string }>;

/** Events that do not change the state of a stage. */
type Silent = Extract<
  StageEvent,
  { readonly type: 'stage-progress' | 'stage-output' | 'stage-warning' | 'stage-continued' }
>;

function keyOf(state: StageState): string | undefined {
  return state.state === 'pending' ? undefined : state.key;
}

function reasonOf(state: StageState): MissReason | undefined {
  return 'reason' in state ? state.reason : undefined;
}

function summaryOf({ id, stage, uses, files, report, variants }: StageOutline, state: StageState): StageSummary {
  const result = state.state === 'hit' || state.state === 'ran' ? state : undefined;
  return {
    id,
    stage,
    uses,
    key: keyOf(state),
    state: endOf(state),
    because: becauseOf(state),
    ...(state.state === 'hit' && state.from && { from: state.from }),
    reason: reasonOf(state),
    seconds: 'seconds' in state ? state.seconds : 0,
    outputs: result?.outputs ?? {},
    metrics: result?.metrics ?? {},
    provenance: result?.provenance ?? {},
    files,
    ...(report && { report }),
    variants,
  };
}

/** The state in which a summary shows a stage: skipped, if it did not end. */
function endOf({ state }: StageState): StageSummary['state'] {
  return state === 'hit' || state === 'ran' || state === 'failed' ? state : 'skipped';
}

function becauseOf(state: StageState): string | undefined {
  switch (state.state) {
    case 'failed':
      return state.message;
    case 'skipped':
      return state.because;
    case 'pending':
      return 'it did not start';
    case 'waiting':
      return `it waited for ${state.holder}`;
    case 'running':
      return 'it did not end';
    default:
      return undefined;
  }
}
