import { type Graph, type GraphNode, type StageListener, systemClock, type World } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import type { Origin } from '../problem/problem.ts';
import type { CliContext } from './context.ts';
import type { SourceOptions } from './options.ts';
import { codeOrigin } from './origin.ts';
import { requestOf, sourceNamed } from './past-run.ts';
import { readGraph } from './pipeline.ts';
import { prepare } from './preparation.ts';
import type { ProjectContext } from './project.ts';
import { stagesNamed } from './selection.ts';
import { openCatalogue, worldAround } from './workspace.ts';

/** Stages that are computed beside their results, and what that takes. */
export interface Aside {
  readonly graph: Graph;
  readonly nodes: readonly [GraphNode, ...GraphNode[]];
  readonly world: World;
  /** The project, its environment as the stages are to have it. */
  readonly project: ProjectContext;
  readonly services: Readonly<{
    store: LocalStore;
    clock: typeof systemClock;
    identity: { run: string; pipeline: string; origin: Awaited<ReturnType<typeof codeOrigin>> };
    signal: AbortSignal;
  }>;
}

/** Which stage of which pipeline, as it was typed. */
export interface AskedStage {
  /** Without one, that of the last run is meant. */
  readonly pipeline: string | undefined;
  readonly stage: string;
  readonly origin: Origin;
  readonly options: SourceOptions & { readonly run?: string };
  /** What stands for the run in records of what is computed. */
  readonly as: string;
}

/** Reads the pipeline, finds the stage or its variants, and brings what they will ask for. */
export async function openAside(
  { pipeline, stage, origin, options, as }: AskedStage,
  opened: ProjectContext,
  store: LocalStore,
  signal: AbortSignal,
): Promise<Aside> {
  const source = await sourceNamed(pipeline, options, opened, store);
  const graph = await readGraph(source.project, source.pipeline, source.options, openCatalogue(source.project));
  const nodes = stagesNamed(graph, stage, origin);
  const world = worldAround(source.project, store);
  const asked = source.run && requestOf(source.run);
  const wanted = { gpu: asked?.gpu ?? false, yes: true, ...(asked?.backend && { backend: asked.backend }) };
  const { backend } = await prepare(source.project, nodes, world, wanted, signal);
  const environment = { ...source.project.environment, ...(backend && { PIPE_BACKEND: backend }) };
  const identity = { run: as, pipeline: graph.pipeline, origin: await codeOrigin(source.project) };
  return {
    graph,
    nodes,
    world,
    project: { ...source.project, environment },
    services: { store, clock: systemClock, identity, signal },
  };
}

/** The one stage that is meant. @throws ConfigurationError where a name stands for several variants. */
export function onlyOne({ nodes: [first, ...others] }: Aside, stage: string): GraphNode {
  if (others.length === 0) return first;
  const hint = `name one: ${[first, ...others].map(({ id }) => `'${id}'`).join(', ')}`;
  const message = `There are several variants of "${stage}".`;
  throw new ConfigurationError([{ message, origin: { option: stage }, hint }]);
}

/** A listener that warns on standard error, and leaves the rest to others. */
export function warningListener(
  { stderr }: CliContext,
  stage: string,
  rest: Omit<StageListener, 'warn'>,
): StageListener {
  return { ...rest, warn: (message) => stderr.write(`warning: ${stage}: ${message}\n`) };
}
