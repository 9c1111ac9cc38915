import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { checkVariables, mostSteps } from '../../compute/variables.ts';
import {
  type DefinitionCatalogue,
  laneOf,
  ProgressNotes,
  planOf,
  type RunEvent,
  type RunListener,
  RunState,
  type RunSummary,
  runPipeline,
  type StageGraph,
  type Survey,
  surveyPipeline,
  systemClock,
} from '../../engine/index.ts';
import type { LocalStore, RunLog } from '../../engine/store/index.ts';
import type { JsonObject } from '../../json/json.ts';
import { ConfigurationError } from '../../problem/errors.ts';
import { stageLines } from '../../report/stage-lines.ts';
import { processExecutor } from '../../workers/process-executor.ts';
import { stageExecutor } from '../../workers/stage-executor.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { openDisplay } from '../display.ts';
import { interruption, untilInterrupted } from '../interruption.ts';
import { keptLogs } from '../kept-logs.ts';
import { gpuDevices, machineEnvironment, machineMemory } from '../machine.ts';
import {
  addBackendOptions,
  addPlanOptions,
  type BackendOptions,
  bytes,
  gatherValues,
  type PlanOptions,
  positiveInteger,
  trainingSteps,
} from '../options.ts';
import { codeOrigin, programOrigin } from '../origin.ts';
import { otherTools } from '../other-tools.ts';
import { checkName, plainRequest, type RunRequest } from '../past-run.ts';
import { readGraph } from '../pipeline.ts';
import { type Preparation, prepare } from '../preparation.ts';
import { openProject, projectLine } from '../project.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { endRun, type RunEnd } from '../run-end.ts';
import { checkContinued, selectionOf, unknownNodes } from '../selection.ts';
import { type SharedStore, sharedStore } from '../shared-store.ts';
import { addPlaceOptions, keptProgress, openPage, ownRun } from '../watching.ts';
import { notedWorld, openCatalogue, openStoreAt, usualStoreLimit, worldAround } from '../workspace.ts';
import { folderToWrite } from '../written-paths.ts';

/** The options of `pipe run`. */
interface RunCommandOptions extends PlanOptions, BackendOptions, RemoteOptions {
  readonly frozen: boolean;
  readonly keepGoing: boolean;
  /** Stages that continue from the end of one with fewer epochs. */
  readonly continue: readonly string[];
  readonly jobs?: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly deterministic: boolean;
  /** Compile training steps with XLA, and run this many per call. */
  readonly xla?: number;
  /** Show the output of stages. */
  readonly logs: boolean;
  readonly name?: string;
  readonly tag: readonly string[];
  readonly note?: string;
  /** With `frozen`: read every result, wherever it is stored. */
  readonly verify: boolean;
  /** The folder for TensorBoard's event files. */
  readonly tensorboard?: string;
  /** Whether the run waits at its end until its results are sent. */
  readonly wait: boolean;
  /** Serve a page that shows the run. */
  readonly watch: boolean;
  readonly host: string;
  readonly port: number;
}

export const command: CliCommand = {
  declare: (command) =>
    addPlaceOptions(
      addRemoteOptions(addBackendOptions(addPlanOptions(command))).option(
        '--watch',
        'serve a page that shows the run; it stays until Ctrl-C',
        false,
      ),
      'with --watch: ',
    )
      .description('run a pipeline; cached results are reused')
      .option('--frozen', 'run nothing and write nothing; fail and list the stages that would run', false)
      .option('--keep-going', 'after a failure, continue with stages that do not depend on it', false)
      .option(
        '--continue <stage>',
        'continue this stage from its final state with fewer epochs (repeatable)',
        gatherValues,
        [],
      )
      .option('--logs', 'show the output of stages while they run', false)
      .addOption(new Option('--jobs <n>', 'maximum number of stages that run at once').argParser(positiveInteger))
      .addOption(
        new Option('--max-size <size>', 'afterwards, remove least recently used results beyond this size')
          .argParser(bytes)
          .default(usualStoreLimit.bytes, usualStoreLimit.text),
      )
      .option('--verify', 'with --frozen: read every result, also in shared caches, and check its digest', false)
      .option('--no-wait', 'do not wait until all results are sent to the shared caches; `pipe push` sends the rest')
      .addOption(
        new Option('--tensorboard <directory>', 'write event files for TensorBoard while it runs').conflicts('frozen'),
      )
      .option('--name <name>', 'a name for this run, accepted by other commands instead of its id')
      .option('--tag <tag>', 'a tag for this run (repeatable)', gatherValues, [])
      .option('--note <text>', 'a note about this run, such as its purpose')
      .option('--deterministic', 'make runs on a GPU reproducible bit for bit; slower there', false)
      .addOption(
        new Option(
          '--xla <steps>',
          `compile whole training steps with XLA, and run this many in one call, 1 to ${mostSteps}`,
        ).argParser(trainingSteps),
      )
      .addHelpText(
        'after',
        `
Examples:
  pipe run pipelines/consistency.yaml                                          the full recipe
  pipe run pipelines/consistency.yaml --overlay pipelines/overlays/quick.yaml  a first look, minutes on a CPU
  pipe run pipelines/consistency.yaml --set params.temperature=4               runs only what depends on it
  pipe run pipelines/consistency.yaml --sweep params.temperature=1,4,10        one graph for three temperatures
  pipe run pipelines/consistency.yaml --frozen                                 in CI: prove that nothing is stale`,
      ),
  run,
};

/** What the parts of a run share. */
interface RunParts extends RunEnd {
  readonly request: RunRequest & RunCommandOptions;
  readonly catalogue: DefinitionCatalogue;
  readonly graph: StageGraph;
  readonly world: ReturnType<typeof worldAround>;
  /** What is known before the run begins; absent if that is outdated. */
  readonly survey: Survey | undefined;
  readonly state: RunState;
  readonly notes: ProgressNotes;
  /** The version of the code. */
  readonly origin: JsonObject;
  /** Of the places of the gpu lane. */
  readonly devices: readonly string[];
  readonly backend: Preparation['backend'];
}

/** `pipe run`: computes what is not cached, and reuses the rest. */
async function run(context: CliContext, pipeline: string, options: RunCommandOptions): Promise<number> {
  const display = await openDisplay(context, options.json);
  checkName(options.name);
  checkVariables(context.environment);
  if (options.tensorboard !== undefined) folderToWrite(context, { option: '--tensorboard', path: options.tensorboard });
  const project = await openProject(context, pipeline);
  const catalogue = openCatalogue(project);
  const graph = await readGraph(project, pipeline, options, catalogue);
  checkContinued(graph, options.continue);
  if (options.verify && !options.frozen) throw verifyAlone();
  const state = new RunState();
  const notes = new ProgressNotes();
  let page: Awaited<ReturnType<typeof openPage>> | undefined;
  const stop = interruption(display.say, () => atOnceWords(state));
  let exitCode: number;
  let store: LocalStore | undefined;
  let shared: SharedStore | undefined;
  try {
    store = await openStoreAt(project, options.artifacts, {
      readonly: options.frozen,
      onWarning: (message) => display.hear({ type: 'warning', message }),
    });
    if (options.watch) page = await openPage(ownRun(store, state, notes, now), options);
    const world = worldAround(project, store);
    shared = await sharedStore(project, store, options, {
      sends: !options.frozen,
      proves: options.frozen,
      onWarning: (message) => display.hear({ type: 'warning', message }),
      signal: stop.signal,
    });
    // Only variables that keys depend on may be recorded: those looked up later can be secrets.
    const { world: surveyed, noted } = notedWorld(world);
    const survey = await surveyPipeline(graph, shared.store, surveyed, selectionOf(graph, options));
    const facts = noted();
    const unknown = options.frozen ? [] : unknownNodes(graph, planOf(graph, survey));
    const { fetched, backend } = await prepare(project, unknown, world, options, stop.signal);
    const request = { ...options, pipeline, directory: project.directory, environment: facts };
    // Asking git and the driver takes longer than a whole run that reuses everything and needs neither.
    const origin = unknown.length > 0 ? await codeOrigin(project) : programOrigin;
    const usesGpu = unknown.some((node) => laneOf(node) === 'gpu');
    const devices = usesGpu ? await gpuDevices(project.environment) : [];
    display.say(projectLine(project, options.artifacts));
    if (page) display.say(`watch it at ${page.url}`);
    const parts: RunParts = {
      project,
      request,
      catalogue,
      graph,
      store,
      shared,
      world,
      survey: fetched ? undefined : survey,
      display,
      state,
      notes,
      origin,
      devices,
      backend,
      signal: stop.signal,
    };
    const summary = options.frozen ? await execute(parts, undefined) : await executeLogged(parts);
    exitCode = await endRun(summary, parts);
  } catch (error) {
    page?.close();
    throw error;
  } finally {
    stop.end();
    shared?.close();
    await store?.close();
  }
  if (page && !stop.signal.aborted) {
    display.say(`the page stays until Ctrl-C: ${page.url}`);
    await untilInterrupted();
  }
  page?.close();
  return exitCode;
}

/** Seconds on the clock of the displays of this run. */
function now(): number {
  return performance.now() / 1000;
}

/** Runs the pipeline, and stores the request, the events and the result. */
async function executeLogged(parts: RunParts): Promise<RunSummary> {
  const tools = await otherTools(parts);
  const log = await parts.store.runs.start(plainRequest(parts.request));
  // The run has begun: digests of files outside the store may now be stored.
  parts.world.files.keep();
  const summary = await execute(parts, log, tools.hear);
  log.finish(plain(summary));
  await tools.end(summary);
  return summary;
}

async function execute(
  {
    project,
    request,
    catalogue,
    graph,
    store,
    shared,
    world,
    survey,
    display,
    state,
    notes,
    origin,
    devices,
    backend,
    signal,
  }: RunParts,
  log: RunLog | undefined,
  tell: RunListener = () => undefined,
): Promise<RunSummary> {
  const machine = {
    environment: machineEnvironment(project.environment, { ...request, backend }),
    gpuDevices: devices,
  };
  const keep = log ? keptLogs(store, log.id) : () => undefined;
  const note = log ? keptProgress(log, notes) : () => undefined;
  const show = request.logs ? stageLines(display.say) : () => undefined;
  const executor = stageExecutor(catalogue, processExecutor({ ...machine, directory: project.root }), machine);
  try {
    return await runPipeline(graph, {
      run: log?.id ?? 'frozen',
      store: shared.store,
      executor,
      world,
      clock: systemClock,
      listener: (event: RunEvent) => {
        // Progress matters only while a stage runs; its output has a separate log.
        if (event.type !== 'stage-progress' && event.type !== 'stage-output') log?.append(logged(event));
        // For watchers in other processes.
        if (isTurn(event)) log?.flush();
        notes.hear(event, systemClock.now() / 1000);
        note(event);
        keep(event);
        show(event);
        tell(event);
        state.apply(event, now());
        display.hear(event);
      },
      signal,
      survey,
      origin,
      options: {
        ...selectionOf(graph, request),
        frozen: request.frozen,
        keepGoing: request.keepGoing,
        continued: request.continue,
        lanes: { gpu: Math.max(1, devices.length), cpu: availableParallelism() },
        memoryBytes: machineMemory(),
        ...(request.jobs !== undefined && { jobs: request.jobs }),
      },
    });
  } finally {
    await executor.close();
  }
}

/** Whether a computation begins or ends with it. */
function isTurn({ type }: RunEvent): boolean {
  return type === 'stage-started' || type === 'stage-finished' || type === 'stage-failed';
}

/** An event as logged: the provenance of an earlier result is in its record. */
function logged(event: RunEvent): JsonObject {
  return plain(event.type === 'stage-hit' ? { ...event, provenance: {} } : event);
}

function verifyAlone(): ConfigurationError {
  const hint = 'a run checks what it reads anyway; `pipe verify` checks the whole store';
  return new ConfigurationError([
    { message: '--verify can be used only with --frozen.', origin: { option: '--verify' }, hint },
  ]);
}

/** After a second Ctrl-C: how far each running stage was. */
function atOnceWords(state: RunState): string {
  const running = state.outlines.flatMap(({ id }) => {
    const stage = state.stageOf(id);
    if (stage.state !== 'running') return [];
    return stage.progress ? [`${id} at ${stage.progress.latest.label}`] : [id];
  });
  if (running.length === 0) return 'stopped at once';
  return `stopped at once: ${running.join(', ')}. Next time, stages with checkpoints continue from the last one; all others start again.`;
}

/** A value of JSON types, as JSON: an interface has no index signature, so TypeScript cannot see that it is. */
function plain(value: object): JsonObject {
  return value as JsonObject;
}
