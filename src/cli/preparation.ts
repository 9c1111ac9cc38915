import type { BackendChoice, BackendName } from '../compute/index.ts';
import { xlaSteps } from '../compute/variables.ts';
import type { GraphNode, World } from '../engine/index.ts';
import type { CliContext } from './context.ts';
import { openTaskDisplay } from './display.ts';
import type { BackendOptions } from './options.ts';
import { examine, refuseSettings } from './selection.ts';

/** Whether training steps are compiled with XLA. */
interface XlaOption {
  readonly xla?: number;
}

/** What a run begins with. */
export interface Preparation {
  /** Whether anything may have been fetched, so that earlier observations are outdated. */
  readonly fetched: boolean;
  /** The backend, if it is decided. */
  readonly backend: BackendChoice | undefined;
}

/**
 * Checks what stages without a cached result would read, and fetches what they need. Writes nothing to the store, so that a run that cannot
 * begin leaves no trace there.
 */
export async function prepare(
  context: CliContext,
  unknown: readonly GraphNode[],
  world: World,
  options: BackendOptions & XlaOption,
  signal: AbortSignal,
): Promise<Preparation> {
  await examine(unknown, world, context);
  return bring(context, unknown, world, options, signal);
}

/** Fetches what these nodes need: a backend for the gpu lane, and what their definitions fetch. */
async function bring(
  context: CliContext,
  nodes: readonly GraphNode[],
  world: World,
  options: BackendOptions & XlaOption,
  signal: AbortSignal,
): Promise<Preparation> {
  let backend = options.backend;
  if (nodes.some(({ definition }) => definition.lane === 'gpu' && !definition.runsForeignCode)) {
    const { ensureBackend } = await import('./tensorflow.ts');
    backend = await ensureBackend(context, options, signal);
    if ((options.xla ?? xlaSteps(context.environment)) !== undefined) await refuseXla(context, backend);
    if (backend === 'wasm' || backend === 'javascript') await refusePrecisions(context, nodes, backend);
  }
  const sources = await Promise.all(nodes.map(({ definition, stage }) => definition.source?.(stage.config, world)));
  const fetching = sources.filter((source) => source?.fetch);
  if (fetching.length > 0) {
    const display = await openTaskDisplay(context);
    try {
      for (const source of fetching) await source?.fetch?.(signal, display.progress);
    } finally {
      display.end();
    }
  }
  return { fetched: fetching.length > 0, backend };
}

/** @throws EnvironmentError if XLA cannot compile training steps where they are to run, or may not. */
async function refuseXla({ environment }: CliContext, backend: BackendName): Promise<void> {
  const [{ isForGpu }, { refuseXlaOnGpu, withoutXla }] = await Promise.all([
    import('../compute/tensorflow.ts'),
    import('../compute/xla.ts'),
  ]);
  if (backend !== 'tensorflow') throw withoutXla(backend);
  if (await isForGpu({ environment })) refuseXlaOnGpu(environment);
}

/** @throws ConfigurationError if a stage is to compute in a precision that only native TensorFlow has: otherwise it would fail in the middle. */
async function refusePrecisions(
  context: CliContext,
  nodes: readonly GraphNode[],
  backend: 'wasm' | 'javascript',
): Promise<void> {
  const refused = nodes.filter(
    ({ definition, stage }) => !definition.runsForeignCode && stage.config['precision'] === 'bfloat16',
  );
  const issue = {
    path: ['precision'],
    message: `is bfloat16, but the backend ${backend} computes only in float32`,
    hint: 'compute with native TensorFlow (run: pipe setup), or set it to float32',
  };
  await refuseSettings(
    refused.map(({ stage }) => ({ stage, issue })),
    context,
  );
}
