import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { planPipeline, type RunSummary } from '../../engine/index.ts';
import type { LocalStore } from '../../engine/store/index.ts';
import type { Json } from '../../json/json.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import type { Contents } from '../../report/html/contents.ts';
import { type Report, reportHtml } from '../../report/html/document.ts';
import { plannedSummary } from '../../report/planned-summary.ts';
import { commandOf } from '../../report/runs.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, type SourceOptions } from '../options.ts';
import { packageVersion } from '../origin.ts';
import { plainRequest, runNamed, summaryOf } from '../past-run.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, type ProjectContext } from '../project.ts';
import { openCatalogue, openStoreThere, worldAround } from '../workspace.ts';

interface ReportOptions extends PipelineOptions {
  readonly output: string;
}

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('write what came of a run to one HTML file: models, curves, settings, what made it')
      .argument('[run|pipeline]', 'a run, or a .yaml file for what the store has of it; without it, the last run')
      .option('--output <file>', 'where to write it', 'report.html')
      .addHelpText(
        'after',
        `
Examples:
  pipe report
  pipe report 20261124-011415 --output first.html
  pipe report pipelines/consistency.yaml --sweep params.temperature=1,4,10`,
      ),
  run: report,
};

/** Larger outputs are weights or images, and nothing that a report shows. */
const mostBytes = 4_000_000;

/** `pipe report`: writes what came of a run, or what the store has of a pipeline, to one HTML file; reads the store only. */
async function report(context: CliContext, what: string | undefined, options: ReportOptions): Promise<number> {
  const project = await openProject(context, isPipeline(what) ? what : undefined);
  const store = await openStoreThere(project, options.artifacts, { readonly: true });
  const about = await subjectOf(project, what, options, store);
  const path = resolve(context.directory, options.output);
  const html = reportHtml({ ...about, ...(await readContents(about.summary, store)), version: packageVersion });
  await write(path, html);
  const { pipeline } = about.summary;
  context.stdout.write(options.json ? jsonText({ report: path, pipeline, run: about.run?.id ?? null }) : `${path}\n`);
  return exitCodes.done;
}

type Subject = Pick<Report, 'summary' | 'command' | 'run'>;

/** Of anything typed that is no run, whether it is meant as a pipeline's file. */
function isPipeline(what: string | undefined): what is string {
  return what !== undefined && /\.ya?ml$/u.test(what);
}

async function subjectOf(
  project: ProjectContext,
  what: string | undefined,
  options: ReportOptions,
  store: LocalStore,
): Promise<Subject> {
  if (isPipeline(what)) {
    const command = `pipe run ${commandOf(plainRequest({ ...options, pipeline: what }))}`;
    return { summary: await present(what, options, project, store), command };
  }
  if (options.overlay.length + options.set.length + options.sweep.length > 0) {
    throw new ConfigurationError([
      {
        message: 'A run has had its settings.',
        origin: { option: project.arguments.join(' ') },
        hint: 'leave overlays, settings and sweeps out, or name the pipeline file they are for',
      },
    ]);
  }
  const run = runNamed(store, what ?? 'last', what ?? project.arguments.join(' '));
  return {
    summary: await summaryOf(run, store),
    command: `pipe run ${commandOf(run.request)}`,
    run: { id: run.id, started: run.started, isRunning: run.state === 'running' },
  };
}

/** What the store has of a pipeline now. */
async function present(
  pipeline: string,
  options: SourceOptions,
  project: ProjectContext,
  store: LocalStore,
): Promise<RunSummary> {
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  return plannedSummary(graph, await planPipeline(graph, store, worldAround(project, store)), 'present');
}

/** The small JSON outputs of every stage, and those that are no longer whole. */
async function readContents({ stages }: RunSummary, store: LocalStore): Promise<Pick<Report, 'contents' | 'missing'>> {
  const contents = new Map<string, Contents>();
  const missing: string[] = [];
  for (const { id, outputs } of stages) {
    const own: Record<string, Json> = {};
    for (const [name, output] of Object.entries(outputs)) {
      if (output.directory || output.bytes > mostBytes) continue;
      try {
        const json = parse(await readFile(await store.open(output, name), 'utf8'));
        if (json !== undefined) own[name] = json;
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
        missing.push(`${id}.${name}`);
      }
    }
    contents.set(id, own);
  }
  return { contents, missing };
}

function parse(text: string): Json | undefined {
  if (!/^\s*[[{]/u.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

async function write(path: string, html: string): Promise<void> {
  try {
    await writeFile(path, html);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EnvironmentError(`The report ${path} cannot be written (${code}).`, {
      hint: 'choose another place with --output FILE, in a directory that is there',
      cause: error,
    });
  }
}
