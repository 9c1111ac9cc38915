import { StageError } from '../../problem/errors.ts';
import { priorities } from '../graph/critical-path.ts';
import { type GraphNode, laneOf } from '../graph/graph.ts';
import type { MissReason } from '../plan/plan.ts';
import type { Computation, LostObject, Survey } from '../plan/survey.ts';
import type { StageRecord } from '../record.ts';
import type { Draft } from '../store/contract.ts';
import { ArtifactLostError, StoreEntryError } from '../store/failure.ts';
import { type Executed, type ExecutionServices, executeStage } from './execution.ts';
import type { StageListener } from './executor.ts';
import type { LaneQueue } from './lanes/lane-queue.ts';
import { type Ledger, messageOf } from './ledger.ts';

/** What a run does after a failure. */
export interface SchedulerOptions {
  /** Continue with stages that do not depend on the failed one, instead of starting nothing new. */
  readonly keepGoing?: boolean;
}

/** What a run needs to work, in addition to the services of stages. */
export interface SchedulerServices extends ExecutionServices {
  /** Aborted when the run should stop. */
  readonly signal: AbortSignal;
}

/** A computation between the queue and its result. */
interface Flight {
  readonly computation: Computation;
  readonly attempt: number;
  /** Waiting for a place of its lane: nothing of it is running. */
  queued: boolean;
  /** Present if the key was claimed before a place was found. */
  draft?: Draft;
}

/** The result of claiming a key: ours to compute, computed by another process, or no longer needed. */
type Begun =
  | { readonly draft: Draft }
  | { readonly state: 'found'; readonly record: StageRecord }
  | { readonly state: 'not-started' };

type FlightResult =
  | Executed
  | { readonly state: 'not-started' }
  | { readonly state: 'found'; readonly record: StageRecord }
  | { readonly state: 'inputs-lost'; readonly lost: readonly LostObject[] }
  | { readonly state: 'broken'; readonly error: unknown };

/** The part of a run that computes: starts what is ready, and processes results one at a time, until nothing is left. */
export class Scheduler {
  readonly #survey: Survey;
  readonly #ledger: Ledger;
  readonly #services: SchedulerServices;
  readonly #options: SchedulerOptions;
  readonly #lanes: LaneQueue;
  readonly #results = new Mailbox<{ readonly flight: Flight; readonly result: FlightResult; taken(): void }>();
  /** By key. */
  readonly #flights = new Map<string, Flight>();
  /** Number of attempts for each key. */
  readonly #attempts = new Map<string, number>();
  /** Keys of lost results that this run computed again. */
  readonly #remade = new Set<string>();
  readonly #breakingOff = new AbortController();
  readonly #stopping = new AbortController();
  /** Aborted when running stages should stop. */
  readonly #runningSignal: AbortSignal;
  /** Aborted when nothing new should start, which also ends waiting for other processes. */
  readonly #startingSignal: AbortSignal;
  #priorities: ReadonlyMap<string, number> = new Map();

  constructor(
    survey: Survey,
    ledger: Ledger,
    lanes: LaneQueue,
    services: SchedulerServices,
    options: SchedulerOptions,
  ) {
    this.#survey = survey;
    this.#ledger = ledger;
    this.#services = services;
    this.#options = options;
    this.#lanes = lanes;
    this.#runningSignal = AbortSignal.any([services.signal, this.#breakingOff.signal]);
    this.#startingSignal = AbortSignal.any([this.#runningSignal, this.#stopping.signal]);
  }

  /** @throws what the store threw, once nothing is running any more. */
  async finish(): Promise<void> {
    if (this.#survey.ready.length > 0) this.#priorities = await this.#measure();
    this.#start(this.#survey.ready);
    while (this.#flights.size > 0) {
      const { flight, result, taken } = await this.#results.next();
      this.#flights.delete(flight.computation.key);
      let judged: readonly GraphNode[] = [];
      try {
        judged = await this.#take(flight, result);
        this.#ledger.announceHits(judged);
      } catch (error) {
        this.#breakOff(error);
      }
      if (this.#startingSignal.aborted) await this.#dropQueued();
      // Nodes that a result does not affect were started long ago. But if there was no result, others of the same key may have waited for
      // it.
      this.#start(judged.length > 0 ? this.#survey.readyOf(judged) : this.#survey.ready);
      taken();
    }
    if (this.#breakingOff.signal.aborted) {
      this.#ledger.breakOff();
      throw this.#breakingOff.signal.reason;
    }
  }

  async #measure(): Promise<ReadonlyMap<string, number>> {
    const { nodes } = this.#survey.selection;
    const seconds = await Promise.all(nodes.map((node) => this.#survey.history.seconds(node)));
    const known = new Map(nodes.map((node, index) => [node, seconds[index] ?? 1]));
    return priorities(nodes, (node) => known.get(node)!);
  }

  #start(ready: readonly Computation[]): void {
    if (this.#startingSignal.aborted) return;
    const flights: Flight[] = [];
    for (const computation of ready) {
      const { node, key, reason } = computation;
      // Of two nodes with one key, the second finds what the first computes.
      if (this.#flights.has(key) || this.#ledger.hasFailed(node.id)) continue;
      if (isLost(reason) && this.#remade.has(key)) {
        this.#fail(node, lostAgain(reason), 0);
        continue;
      }
      const flight = { computation, attempt: (this.#attempts.get(key) ?? 0) + 1, queued: true };
      this.#flights.set(key, flight);
      flights.push(flight);
    }
    if (flights.length > 0) this.#queue(flights, (flight, place) => this.#claimAndExecute(flight, place));
  }

  #queue(flights: readonly Flight[], run: (flight: Flight, place: number) => Promise<void>): void {
    const tasks = flights.map((flight) => {
      const { node } = flight.computation;
      return {
        lane: laneOf(node),
        share: node.stage.share,
        memoryBytes: node.stage.memoryBytes,
        priority: this.#priorities.get(node.id)!,
        run: async (place: number) => {
          flight.queued = false;
          await run(flight, place).catch((error: unknown) => this.#postWhatBroke(flight, error));
        },
      };
    });
    this.#lanes.add(tasks);
  }

  /** Claims the key and executes the stage in its place; if another process has the key, frees the place and waits. */
  async #claimAndExecute(flight: Flight, place: number): Promise<void> {
    const lost = await this.#survey.lostInputs([flight.computation.node], true);
    if (lost.length > 0) return this.#post(flight, { state: 'inputs-lost', lost });
    let onFirstWait: () => void = () => undefined;
    const waits = new Promise<'waits'>((resolve) => {
      onFirstWait = () => resolve('waits');
    });
    const claiming = this.#claim(flight.computation, onFirstWait);
    const claim = await Promise.race([claiming, waits]);
    if (claim === 'waits') void this.#executeAfterWaiting(flight, claiming);
    else if ('draft' in claim) await this.#execute(flight, claim.draft, place);
    else await this.#post(flight, claim);
  }

  async #executeAfterWaiting(flight: Flight, claiming: Promise<Begun>): Promise<void> {
    try {
      const claim = await claiming;
      if (!('draft' in claim)) return await this.#post(flight, claim);
      flight.queued = true;
      flight.draft = claim.draft;
      this.#queue([flight], (_flight, place) => this.#execute(flight, claim.draft, place));
    } catch (error) {
      await this.#postWhatBroke(flight, error);
    }
  }

  /** The draft of the key; or its record, if another process finished it; or that the wait was ended. */
  async #claim(computation: Computation, onFirstWait: () => void): Promise<Begun> {
    const { store } = this.#services;
    const { key, reason } = computation;
    const onWait = (holder: string) => {
      this.#ledger.waits(computation, holder);
      onFirstWait();
    };
    try {
      const claim = await store.begin(key, { signal: this.#startingSignal, force: reason.kind === 'forced', onWait });
      return 'draft' in claim ? claim : { state: 'found', record: claim.record };
    } catch (error) {
      if (this.#startingSignal.aborted) return { state: 'not-started' };
      throw error;
    }
  }

  async #execute(flight: Flight, draft: Draft, place: number): Promise<void> {
    const { computation, attempt } = flight;
    if (this.#startingSignal.aborted) {
      await draft.abandon();
      return this.#post(flight, { state: 'not-started' });
    }
    this.#attempts.set(computation.key, attempt);
    this.#ledger.starts(computation, attempt);
    const listener = this.#listenerFor(computation.node);
    let result: FlightResult;
    try {
      result = await executeStage(computation, draft, place, this.#services, listener, this.#runningSignal);
    } catch (error) {
      result = await this.#whatBroke(computation, error);
    } finally {
      await draft.abandon();
    }
    await this.#post(flight, result);
  }

  async #postWhatBroke(flight: Flight, error: unknown): Promise<void> {
    await this.#post(flight, await this.#whatBroke(flight.computation, error));
  }

  /**
   * An input that disappeared after the lookup, or could not be fetched, is computed again like one that was found lost. A problem with one
   * file of the store fails only the stage that needs the file.
   */
  async #whatBroke({ node }: Computation, error: unknown): Promise<FlightResult> {
    const lost = error instanceof ArtifactLostError ? await this.#survey.lostInputs([node]) : [];
    if (lost.length > 0) return { state: 'inputs-lost', lost };
    return error instanceof StoreEntryError ? { state: 'failed', error, seconds: 0 } : { state: 'broken', error };
  }

  #listenerFor({ id }: GraphNode): StageListener {
    return {
      progress: (progress) => this.#ledger.progresses(id, progress),
      warn: (message) => this.#ledger.warn(id, message),
      say: (text) => this.#ledger.hears(id, text),
    };
  }

  /** Resolves once the result is processed: the place is not free before the stages that become ready are in the queue. */
  #post(flight: Flight, result: FlightResult): Promise<void> {
    return new Promise((taken) => this.#results.post({ flight, result, taken }));
  }

  /** Processes a result; returns the nodes whose state it changes. */
  async #take({ computation, attempt }: Flight, result: FlightResult): Promise<readonly GraphNode[]> {
    switch (result.state) {
      case 'done':
        this.#ledger.finishes(computation, result.record);
        if (isLost(computation.reason)) this.#remade.add(computation.key);
        return this.#survey.settle(computation, result.record);
      case 'found':
        return this.#survey.settle(computation, result.record);
      case 'inputs-lost':
        return this.#survey.remake(result.lost);
      case 'failed':
        this.#takeFailure(computation.node, attempt, result.error, result.seconds);
        return [];
      case 'broken':
        this.#breakOff(result.error);
        return [];
      case 'stopped':
        this.#ledger.stops(computation.node, result.resumes);
        return [];
      case 'not-started':
        return [];
    }
  }

  #takeFailure(node: GraphNode, attempt: number, error: unknown, seconds: number): void {
    if (attempt <= node.stage.retries && !this.#startingSignal.aborted) {
      this.#ledger.warn(node.id, `attempt ${attempt} of ${node.stage.retries + 1} failed: ${messageOf(error)}`);
    } else {
      this.#fail(node, error, seconds);
    }
  }

  #fail(node: GraphNode, error: unknown, seconds: number): void {
    this.#ledger.fails(node, error, seconds);
    if (!this.#options.keepGoing) this.#stopping.abort();
  }

  #breakOff(error: unknown): void {
    this.#breakingOff.abort(error);
  }

  async #dropQueued(): Promise<void> {
    this.#lanes.clear();
    for (const [key, { queued, draft }] of [...this.#flights]) {
      if (!queued) continue;
      this.#flights.delete(key);
      await draft?.abandon().catch((error: unknown) => this.#breakOff(error));
    }
  }
}

type Loss = Extract<MissReason, { readonly output: string }>;

function isLost(reason: MissReason): reason is Loss {
  return reason.kind === 'object-missing' || reason.kind === 'object-damaged';
}

function lostAgain({ kind, output }: Loss): StageError {
  const damage = kind === 'object-missing' ? 'missing' : 'damaged';
  return new StageError(`Its output "${output}" was ${damage}, was recomputed, and is ${damage} again.`, {
    hint: 'A program or the disk itself removes or alters files of the store: `pipe verify` lists the damage.',
  });
}

/** Hands over what others post, one at a time, in the order in which it was posted. */
class Mailbox<Message> {
  readonly #messages: Message[] = [];
  #wake: (() => void) | undefined;

  post(message: Message): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  /** The oldest message not yet taken; waits for one. At most one may wait at a time. */
  async next(): Promise<Message> {
    if (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return this.#messages.shift()!;
  }
}
