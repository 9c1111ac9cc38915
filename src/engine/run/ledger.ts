import { UserError } from '../../problem/errors.ts';
import type { Clock } from '../clock.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Computation, Survey } from '../plan/survey.ts';
import type { StageRecord } from '../record.ts';
import type { RunListener, RunOutcome } from './events.ts';
import type { RunIdentity } from './provenance.ts';
import type { RunSummary, StageSummary } from './summary.ts';

interface Failure {
  readonly message: string;
  readonly seconds: number;
}

/** Writes down what becomes of every stage, tells the listener, and sums it up. */
export class Ledger {
  readonly #survey: Survey;
  readonly #identity: RunIdentity;
  readonly #listener: RunListener;
  readonly #clock: Clock;
  readonly #started: number;
  /** By node id: the key under which a hit was announced. */
  readonly #announced = new Map<string, string>();
  readonly #reasons = new Map<string, Computation['reason']>();
  readonly #ran = new Set<string>();
  readonly #failures = new Map<string, Failure>();
  readonly #skipped = new Map<string, string>();

  /** @param started when the run began, by the clock. */
  constructor(survey: Survey, identity: RunIdentity, listener: RunListener, clock: Clock, started: number) {
    this.#survey = survey;
    this.#identity = identity;
    this.#listener = listener;
    this.#clock = clock;
    this.#started = started;
  }

  begin(): void {
    const stages = this.#survey.selection.nodes.map(({ id, definition, inputs }) => ({
      id,
      uses: definition.uses,
      lane: definition.lane,
      needs: [...new Set(Object.values(inputs).map(({ node }) => node))],
    }));
    const { run, pipeline } = this.#identity;
    this.#listener({ type: 'run-started', run, pipeline, stages });
  }

  /** Tells of those nodes whose results are known by now and were not computed by this run. */
  announceHits(nodes: readonly GraphNode[]): void {
    for (const { id } of nodes) {
      const forecast = this.#survey.forecast(id);
      if (forecast.state !== 'hit' || this.#ran.has(id) || this.#announced.get(id) === forecast.key) continue;
      this.#announced.set(id, forecast.key);
      const { outputs, metrics, seconds } = forecast.record;
      this.#listener({ type: 'stage-hit', stage: id, key: forecast.key, outputs, metrics, savedSeconds: seconds });
    }
  }

  starts({ node, key, reason }: Computation, attempt: number): void {
    this.#reasons.set(node.id, reason);
    this.#listener({ type: 'stage-started', stage: node.id, key, reason, attempt });
    if (reason.kind === 'object-damaged') {
      this.warn(node.id, `its output "${reason.output}" was damaged in the store: it was set aside and is made again`);
    }
  }

  finishes({ node, key }: Computation, { seconds, outputs, metrics, provenance }: StageRecord): void {
    this.#ran.add(node.id);
    this.#listener({ type: 'stage-finished', stage: node.id, key, seconds, outputs, metrics, provenance });
  }

  fails({ id }: GraphNode, error: unknown, seconds: number): void {
    const message = messageOf(error);
    this.#failures.set(id, { message, seconds });
    const hint = error instanceof UserError ? error.hint : undefined;
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    this.#listener({ type: 'stage-failed', stage: id, seconds, message, hint, stack });
    for (const node of this.#survey.below(id)) this.#skip(node, `needs "${id}", which failed`);
  }

  hasFailed(id: string): boolean {
    return this.#failures.has(id);
  }

  warn(stage: string, message: string): void {
    this.#listener({ type: 'stage-warning', stage, message });
  }

  /** Skips all that has neither a result nor a failure by now. */
  skipTheRest(because: string): void {
    for (const node of this.#survey.selection.nodes) {
      if (this.#stateOf(node) === 'skipped') this.#skip(node, because);
    }
  }

  end(interrupted: boolean): RunSummary {
    const stages = this.#survey.selection.nodes.map((node) => this.#summaryOf(node));
    const count = (state: StageSummary['state']) => stages.filter((stage) => stage.state === state).length;
    const [failed, skipped] = [count('failed'), count('skipped')];
    const complete = failed === 0 && skipped === 0;
    const outcome = complete ? 'done' : interrupted && skipped > 0 ? 'interrupted' : 'failed';
    const seconds = this.#finish(outcome);
    const { run, pipeline } = this.#identity;
    return { run, pipeline, outcome, seconds, hits: count('hit'), ran: count('ran'), failed, skipped, stages };
  }

  /** For a run that cannot go on: its error is the caller's. */
  breakOff(): void {
    this.#finish('failed');
  }

  #finish(outcome: RunOutcome): number {
    const seconds = (this.#clock.now() - this.#started) / 1000;
    this.#listener({ type: 'run-finished', outcome, seconds });
    return seconds;
  }

  #skip({ id }: GraphNode, because: string): void {
    if (this.#skipped.has(id)) return;
    this.#skipped.set(id, because);
    this.#listener({ type: 'stage-skipped', stage: id, because });
  }

  #stateOf({ id }: GraphNode): StageSummary['state'] {
    if (this.#failures.has(id)) return 'failed';
    if (this.#survey.forecast(id).state !== 'hit') return 'skipped';
    return this.#ran.has(id) ? 'ran' : 'hit';
  }

  #summaryOf(node: GraphNode): StageSummary {
    const forecast = this.#survey.forecast(node.id);
    const failure = this.#failures.get(node.id);
    const record = forecast.state === 'hit' && !failure ? forecast.record : undefined;
    return {
      id: node.id,
      stage: node.stage.id,
      uses: node.definition.uses,
      key: forecast.state === 'after' ? undefined : forecast.key,
      state: this.#stateOf(node),
      because: failure?.message ?? (record ? undefined : this.#skipped.get(node.id)),
      reason: this.#reasons.get(node.id) ?? (forecast.state === 'miss' ? forecast.reason : undefined),
      seconds: record?.seconds ?? failure?.seconds ?? 0,
      outputs: record?.outputs ?? {},
      metrics: record?.metrics ?? {},
      provenance: record?.provenance ?? {},
      variants: node.variants,
    };
  }
}

/** What a person should read of an error: the sentence it says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
