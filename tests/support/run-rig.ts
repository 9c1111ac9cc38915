import {
  inProcessExecutor,
  mergePipelines,
  type Plan,
  planPipeline,
  type RunEvent,
  type RunOptions,
  type RunServices,
  type RunSummary,
  runPipeline,
  type StageDefinition,
  type Store,
  type World,
} from '../../src/engine/index.ts';
import type { Pipeline } from '../../src/schema/pipeline.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { catalogueOf, toyDefinition } from './toy-pipelines.ts';

/** Plans and runs toy pipelines on one store, and records what happened. */
export class RunRig {
  readonly store = new MemoryStore();
  readonly clock = new ManualClock();
  /** The events of the last run. */
  events: RunEvent[] = [];
  /** Ids of the stages whose program ran, in the order of their start, over all runs. */
  readonly started: string[] = [];
  world: World = { environment: {}, directory: '/nowhere', digest: async (path) => `digest of ${path}` };
  definitions: readonly StageDefinition[];
  /** Hears every event as it happens. */
  onEvent: (event: RunEvent) => void = () => undefined;

  constructor(...definitions: readonly StageDefinition[]) {
    this.definitions = definitions.length > 0 ? definitions : [toyDefinition()];
  }

  async plan(
    pipelines: Pipeline | readonly Pipeline[],
    options: RunOptions = {},
    store: Store = this.store,
  ): Promise<Plan> {
    return planPipeline(await this.#graph(pipelines), store, this.world, options);
  }

  async run(
    pipelines: Pipeline | readonly Pipeline[],
    options: RunOptions = {},
    services: Partial<RunServices> = {},
  ): Promise<RunSummary> {
    this.events = [];
    return runPipeline(await this.#graph(pipelines), {
      run: 'test-run',
      origin: { version: '0.0.0' },
      store: this.store,
      executor: inProcessExecutor(catalogueOf(...this.definitions)),
      world: this.world,
      clock: this.clock,
      signal: new AbortController().signal,
      listener: (event) => {
        this.events.push(event);
        if (event.type === 'stage-started') this.started.push(event.stage);
        this.onEvent(event);
      },
      options,
      ...services,
    });
  }

  /** Ids of the stages that ran in this run. */
  async ran(pipelines: Pipeline | readonly Pipeline[], options: RunOptions = {}): Promise<readonly string[]> {
    const summary = await this.run(pipelines, options);
    return summary.stages.filter(({ state }) => state === 'ran').map(({ id }) => id);
  }

  /** The events of one type in the last run. */
  eventsOf<Type extends RunEvent['type']>(type: Type): readonly Extract<RunEvent, { readonly type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { readonly type: Type }> => event.type === type);
  }

  #graph(pipelines: Pipeline | readonly Pipeline[]) {
    const list: readonly Pipeline[] = 'stages' in pipelines ? [pipelines] : pipelines;
    return mergePipelines(list, catalogueOf(...this.definitions));
  }
}

/** The result of each stage, by id: `hit`, `ran`, `failed`, `skipped`. */
export function states(summary: RunSummary): Readonly<Record<string, string>> {
  return Object.fromEntries(summary.stages.map(({ id, state }) => [id, state]));
}

/** What a run would do with each stage, by id: `hit`, `miss` with the kind of its reason, or `after` with its producers. */
export function forecasts(plan: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plan.stages.map(({ id, forecast }) => {
      if (forecast.state === 'hit') return [id, 'hit'];
      return [id, forecast.state === 'after' ? `after ${forecast.after.join(', ')}` : forecast.reason.kind];
    }),
  );
}
