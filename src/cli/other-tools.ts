import { resolve } from 'node:path';
import { type RunListener, type RunSummary, type StageGraph, systemClock } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import type { JsonObject } from '../json/json.ts';
import type { Display } from '../report/display.ts';
import { safeNames } from '../report/safe-names.ts';
import type { CliContext } from './context.ts';
import { packageVersion } from './origin.ts';

/** What other tools are told. */
export interface ToldRun {
  readonly project: CliContext;
  readonly request: {
    readonly pipeline: string;
    readonly overlay: readonly string[];
    readonly set: readonly string[];
    readonly sweep: readonly string[];
    readonly name?: string;
    readonly tag: readonly string[];
    readonly note?: string;
    /** The folder for TensorBoard's event files, as typed. */
    readonly tensorboard?: string;
  };
  readonly graph: StageGraph;
  readonly store: LocalStore;
  readonly display: Display;
}

/** No run waits longer than this for the receiver of its trace. */
const longestSendingMs = 5000;

/**
 * Reports a run to the requested tools: to TensorBoard while it is running, to OpenTelemetry at its end. The code for this is loaded on
 * demand.
 * @throws EnvironmentError if the folder for TensorBoard cannot be written.
 */
export async function otherTools(told: ToldRun): Promise<{
  readonly hear: RunListener;
  readonly end: (summary: RunSummary) => Promise<void>;
}> {
  const listeners: RunListener[] = [];
  const { project, request, display } = told;
  if (request.tensorboard !== undefined)
    listeners.push(await eventFiles(told, resolve(project.directory, request.tensorboard)));
  const endpoint = project.environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const trace = endpoint ? new (await import('../telemetry/trace.ts')).RunTrace(systemClock) : undefined;
  if (trace) listeners.push((event) => trace.hear(event));
  return {
    hear: (event) => {
      for (const listener of listeners) listener(event);
    },
    end: async (summary) => {
      if (!trace || !endpoint) return;
      const headers = project.environment['OTEL_EXPORTER_OTLP_HEADERS'];
      const signal = AbortSignal.timeout(longestSendingMs);
      const body = trace.request(summary, namesOf(told), packageVersion);
      const { sendTrace } = await import('../telemetry/send-trace.ts');
      const problem = await sendTrace(body, { endpoint, headers, signal });
      if (problem !== undefined) display.say(`warning: the trace of this run was not sent: ${problem}`);
    },
  };
}

async function eventFiles({ request, graph, store, display }: ToldRun, directory: string): Promise<RunListener> {
  const { tensorBoard } = await import('../telemetry/tensorboard.ts');
  const { pipeline, overlay, set, sweep } = request;
  return tensorBoard({
    directory,
    settings: { pipeline, overlay, set, sweep, ...namesOf({ request }) },
    settingsOf: (id) => {
      const node = graph.nodes.get(id);
      return node ? { uses: node.stage.uses, with: node.stage.config, variants: node.variants } : {};
    },
    foldersOf: safeNames,
    pathOf: (output) => store.pathOf(output),
    clock: systemClock,
    onWarning: (message) => display.hear({ type: 'warning', message }),
  });
}

function namesOf({ request: { name, tag, note } }: Pick<ToldRun, 'request'>): JsonObject {
  return {
    ...(name !== undefined && { name }),
    ...(tag.length > 0 && { tags: tag }),
    ...(note !== undefined && { note }),
  };
}
