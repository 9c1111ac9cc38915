import { checkVariables } from '../compute/variables.ts';
import {
  type GraphNode,
  type StageGraph,
  type StageListener,
  systemClock,
  type World,
  warningsOfSecrets,
} from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import type { Origin } from '../problem/problem.ts';
import { type CliContext, warn } from './context.ts';
import { type Interruption, interruption } from './interruption.ts';
import { gpuDevices } from './machine.ts';
import type { SourceOptions } from './options.ts';
import { codeOrigin } from './origin.ts';
import { type PipelineSource, requestOf, sourceNamed } from './past-run.ts';
import { readGraph } from './pipeline.ts';
import { prepare } from './preparation.ts';
import { openProject, type ProjectContext } from './project.ts';
import { stagesNamed } from './selection.ts';
import { openCatalogue, openStoreAt, openStoreThere, worldAround } from './workspace.ts';

/** Which stage of which pipeline, as typed. */
export interface AskedStage {
  /** Without one, the pipeline of the last run. */
  readonly pipeline: string | undefined;
  readonly stage: string;
  readonly origin: Origin;
  readonly options: SourceOptions & { readonly run?: string };
}

/** The stage, or its variants, in the current pipeline. */
interface FoundStages {
  readonly source: PipelineSource;
  readonly graph: StageGraph;
  readonly nodes: readonly [GraphNode, ...GraphNode[]];
}

/** One stage of a pipeline as it is now, and the store its inputs are in. */
interface OneStage {
  readonly found: FoundStages;
  readonly node: GraphNode;
  readonly store: LocalStore;
  readonly stop: Interruption;
}

/**
 * Opens the project and its store, finds the one stage that is meant, and closes all of it again when `use` is done.
 * @throws ConfigurationError if a name stands for several variants.
 */
export async function withOneStage(
  context: CliContext,
  { pipeline, stage, options }: Omit<AskedStage, 'origin'> & { readonly options: { readonly artifacts?: string } },
  use: (one: OneStage) => Promise<number>,
): Promise<number> {
  const project = await openProject(context, pipeline);
  // A stage that reads no other's results may be looked at before anything was run.
  const openStore = pipeline === undefined ? openStoreThere : openStoreAt;
  const store = await openStore(project, options.artifacts, { readonly: false });
  const stop = interruption((line) => context.stderr.write(`${line}\n`));
  try {
    const found = await findStages({ pipeline, stage, origin: { option: stage }, options }, project, store);
    return await use({ found, node: onlyOne(found, stage), store, stop });
  } finally {
    stop.end();
    await store.close();
  }
}

/** Reads the pipeline, and finds the stage in it. */
export async function findStages(
  { pipeline, stage, origin, options }: AskedStage,
  project: ProjectContext,
  store: LocalStore,
): Promise<FoundStages> {
  const source = await sourceNamed(pipeline, options, project, store);
  const graph = await readGraph(source.project, source.pipeline, source.options, openCatalogue(source.project));
  return { source, graph, nodes: stagesNamed(graph, stage, origin) };
}

/**
 * Fetches what these stages need, and prepares what computing them requires; the environment of the project becomes that of stages. @param
 * as stands for the run in records of what is computed.
 */
export async function prepareAside(
  { source, graph }: FoundStages,
  nodes: readonly GraphNode[],
  as: string,
  store: LocalStore,
  signal: AbortSignal,
) {
  const world = worldAround(source.project, store);
  checkVariables(source.project.environment);
  const asked = source.run && requestOf(source.run);
  const wanted = { gpu: asked?.gpu ?? false, yes: true, ...(asked?.backend && { backend: asked.backend }) };
  const { backend } = await prepare(source.project, nodes, world, wanted, signal);
  const environment = { ...source.project.environment, ...(backend && { PIPE_BACKEND: backend }) };
  const identity = { run: as, pipeline: graph.pipeline, origin: await codeOrigin(source.project) };
  const project: ProjectContext = { ...source.project, environment };
  const machine = { environment, gpuDevices: await gpuDevices(environment) };
  return { project, machine, world, services: { store, clock: systemClock, identity, signal } };
}

function onlyOne({ nodes: [first, ...others] }: FoundStages, stage: string): GraphNode {
  if (others.length === 0) return first;
  const hint = `name one of them: ${[first, ...others].map(({ id }) => `'${id}'`).join(', ')}`;
  const message = `There are several variants of "${stage}".`;
  throw new ConfigurationError([{ message, origin: { option: stage }, hint }]);
}

/** A listener that prints warnings to standard error, and leaves the rest to others. */
export function warningListener(context: CliContext, stage: string, rest: Omit<StageListener, 'warn'>): StageListener {
  return { ...rest, warn: (message) => warn(context, `${stage}: ${message}`) };
}

/** Warns of secrets of a stage that are not set, as a run does. */
export function warnOfSecrets(context: CliContext, node: GraphNode, { environment }: World): void {
  for (const warning of warningsOfSecrets(node, environment)) warn(context, `${node.id}: ${warning}`);
}
