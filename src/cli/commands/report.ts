import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleUrl } from '../../bundle/bundle.ts';
import { classNames } from '../../data/cifar10/dataset.ts';
import { needsOf, planPipeline, type StageSummary } from '../../engine/index.ts';
import { type LocalStore, parseManifest } from '../../engine/store/index.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import type { Content, Folder } from '../../report/marked/marked-files.ts';
import { plannedSummary } from '../../report/planned-summary.ts';
import type { figureFiles, ReportSource } from '../../report/report.ts';
import { hasResult } from '../../report/results/experiment.ts';
import { type AskedMetric, metricAsked, whyNotMetric } from '../../report/results/metric-option.ts';
import { commandOf } from '../../report/runs.ts';
import { size } from '../../report/units.ts';
import { answersOf } from '../answers.ts';
import type { CliCommand } from '../command.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, type SourceOptions } from '../options.ts';
import { packageVersion } from '../origin.ts';
import { interruptionOf, plainRequest, runNamed, summaryOf } from '../past-run.ts';
import { testPictures } from '../pictures.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, type ProjectContext } from '../project.ts';
import { openCatalogue, openStoreThere, worldAround } from '../workspace.ts';
import { checkApart, fileToWrite, folderToWrite, replaceOwnFile, writeTyped } from '../written-paths.ts';

interface ReportOptions extends PipelineOptions {
  readonly output?: string;
  readonly against?: string;
  readonly metric?: string;
  readonly figures?: string;
  readonly tables?: string;
}

const usualFile = 'report.html';

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('write the results of a run to one HTML file: figures, tables, settings, provenance')
      .argument('[run|pipeline]', 'a run, or a .yaml file for its results in the store (default: the last run)')
      .option('--output <file>', `the file to write (default: ${usualFile})`)
      .option('--against <stage>', 'the baseline, as in pipe compare: a stage, or a variant of it')
      .option(
        '--metric <name>',
        'the metric of the report, or STAGE.METRIC (default: the goal, accuracy on corrupted images, or the first metric)',
      )
      .option('--figures <directory>', 'also write every figure to this folder, as SVG and PNG')
      .option('--tables <directory>', 'also write every table to this folder, as CSV, Markdown and LaTeX')
      .addHelpText(
        'after',
        `
Examples:
  pipe report
  pipe report 20261124-011415 --output first.html
  pipe report pipelines/consistency.yaml --sweep params.temperature=1,4,10
  pipe report pipelines/evidence.yaml --against evaluate-no-distillation --figures figures --tables tables`,
      ),
  run: report,
};

/** Larger outputs are weights or images, not results. */
const mostBytes = 4_000_000;

/** `pipe report`: writes the results of a run, or a pipeline's results in the store, to one HTML file; only reads the store. */
async function report(context: CliContext, what: string | undefined, options: ReportOptions): Promise<number> {
  const { output, figures, tables } = placesOf(context, options);
  const project = await openProject(context, isPipeline(what) ? what : undefined);
  const store = await openStoreThere(project, options.artifacts, { readonly: true });
  const subject = await subjectOf(project, what, options, store);
  const results = subject.summary.stages.filter(hasResult);
  const asked = options.metric === undefined ? undefined : metricAsked(options.metric, results);
  const { makeReport, whyNotAgainst, figureFiles, tableFiles } = await loadReport();
  const problems = [
    options.against === undefined ? undefined : whyNotAgainst(options.against, subject.summary),
    asked && whyNotMetric(asked, results.filter(isOf(asked)), asked.stage),
  ].flatMap((problem) => problem ?? []);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const doors = doorsTo(store);
  const made = await makeReport({
    ...subject,
    ...doors,
    ...askedBy(options.against, asked, subject),
    version: packageVersion,
  });
  if (options.output === undefined) replaceOwnFile(output, made.html);
  else writeTyped(output, made.html);
  const written: string[] = [];
  const writeAll = async (folder: string | undefined, files: ReturnType<typeof figureFiles>) => {
    if (folder === undefined) return;
    for await (const file of files) {
      if ('problem' in file) warn(context, file.problem);
      else {
        written.push(join(folder, file.name));
        replaceOwnFile(written.at(-1)!, file.content);
      }
    }
  };
  await writeAll(figures, figureFiles(made, doors));
  await writeAll(tables, tableFiles(made, doors));
  const { pipeline } = subject.summary;
  const json = { report: output, pipeline, run: subject.run?.id ?? null, files: written };
  context.stdout.write(options.json ? jsonText(json) : [output, ...written].map((file) => `${file}\n`).join(''));
  return exitCodes.done;
}

/** Where the report and its files are written, checked before anything is read. */
function placesOf(context: CliContext, { output, figures, tables }: ReportOptions) {
  const file = fileToWrite(context, { option: '--output', path: output ?? usualFile });
  const folder = (option: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    const resolved = folderToWrite(context, { option, path });
    checkApart({ option, path, resolved }, file);
    return resolved;
  };
  return { output: file, figures: folder('--figures', figures), tables: folder('--tables', tables) };
}

function isOf({ stage }: AskedMetric) {
  return (result: StageSummary) => stage === undefined || result.stage === stage;
}

/** The drawing code is loaded only if something is drawn. */
async function loadReport() {
  return (await import(bundleUrl('report').href)) as typeof import('../../report/report.ts');
}

function askedBy(
  against: string | undefined,
  asked: AskedMetric | undefined,
  { summary: { goal } }: ReportSubject,
): Pick<ReportSource, 'against' | 'question' | 'classes'> {
  const isGoal = asked?.metric === goal?.metric && (asked?.stage ?? goal?.stage) === goal?.stage;
  const question = asked && { stage: asked.stage, metric: asked.metric, best: isGoal ? goal?.best : undefined };
  return { against, question, classes: classNames };
}

type ReportSubject = Pick<ReportSource, 'summary' | 'command' | 'needs'> & {
  readonly run?: NonNullable<ReportSource['run']>;
};

/** Whether an argument that is not a run is meant as a pipeline file. */
function isPipeline(what: string | undefined): what is string {
  return what !== undefined && /\.ya?ml$/u.test(what);
}

async function subjectOf(
  project: ProjectContext,
  what: string | undefined,
  options: ReportOptions,
  store: LocalStore,
): Promise<ReportSubject> {
  if (isPipeline(what)) {
    const command = `pipe run ${commandOf(plainRequest({ ...options, pipeline: what }))}`;
    return { ...(await present(what, options, project, store)), command };
  }
  if (options.overlay.length + options.set.length + options.sweep.length > 0) {
    throw new ConfigurationError([
      {
        message: 'The settings of a past run cannot be changed.',
        origin: { option: project.arguments.join(' ') },
        hint: 'omit overlays, settings and sweeps, or name the pipeline file they are for',
      },
    ]);
  }
  const run = runNamed(store, what ?? 'last', what ?? project.arguments.join(' '));
  const interrupted = interruptionOf(run, store);
  return {
    summary: await summaryOf(run, store),
    needs: needsIn(store.runs.events(run.id)),
    command: `pipe run ${commandOf(run.request)}`,
    run: { id: run.id, started: run.started, isRunning: run.state === 'running', ...(interrupted && { interrupted }) },
  };
}

/** What each stage of a run needs, according to its first event. */
function needsIn(events: readonly JsonObject[]): ReportSource['needs'] {
  const started = events.find(({ type }) => type === 'run-started');
  const stages = started && Array.isArray(started['stages']) ? started['stages'] : [];
  return new Map(
    stages.filter(isJsonObject).map(({ id, needs }) => [String(id), Array.isArray(needs) ? needs.map(String) : []]),
  );
}

/** The current results of a pipeline in the store. */
async function present(
  pipeline: string,
  options: SourceOptions,
  project: ProjectContext,
  store: LocalStore,
): Promise<Pick<ReportSource, 'summary' | 'needs'>> {
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  const plan = await planPipeline(graph, store, worldAround(project, store));
  return { summary: plannedSummary(graph, plan, 'present'), needs: needsOf(graph) };
}

/** Access to the content of results: their small JSON outputs, and the answers of evaluations. */
function doorsTo(
  store: LocalStore,
): Pick<ReportSource, 'contents' | 'answers' | 'output' | 'folder' | 'pictures' | 'missing'> {
  const missing = new Set<string>();
  const gone = (what: string): Content => {
    missing.add(what);
    return { problem: 'It is no longer in the store, or not complete there; the next run makes it again.' };
  };
  const contentOf = async (
    { id, outputs }: Pick<StageSummary, 'id' | 'outputs'>,
    name: string,
    most: number,
  ): Promise<Content> => {
    const output = outputs[name];
    if (!output || output.directory) return gone(`${id}.${name}`);
    if (output.bytes > most)
      return { problem: `It has ${size(output.bytes)}, more than ${size(most)}; \`pipe export\` copies it.` };
    try {
      return { bytes: await readFile(await store.open(output, name)) };
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      return gone(`${id}.${name}`);
    }
  };
  const folder = async ({ id, outputs }: StageSummary, name: string): Promise<Folder | undefined> => {
    const output = outputs[name];
    const path = output?.directory ? store.pathOf(output) : undefined;
    const files = path === undefined ? undefined : parseManifest(await readFile(path, 'utf8'));
    if (!files) missing.add(`${id}.${name}`);
    return (
      files && {
        files: files.map((file) => file.path),
        read: async (wanted, most) => {
          const file = files.find((each) => each.path === wanted);
          if (!file) return { problem: 'There is no such file.' };
          const inside = `${name}/${wanted}`;
          return contentOf({ id, outputs: { [inside]: { ...file, directory: false } } }, inside, most);
        },
      }
    );
  };
  const read = async (stage: StageSummary): Promise<Readonly<Record<string, Json>>> => {
    const own: Record<string, Json> = {};
    for (const name of Object.keys(stage.outputs)) {
      if (stage.outputs[name]?.directory || !mayBeJson(stage.files[name] ?? name)) continue;
      const content = await contentOf(stage, name, mostBytes);
      const json = 'bytes' in content ? parse(Buffer.from(content.bytes).toString('utf8')) : undefined;
      if (json !== undefined) own[name] = json;
    }
    return own;
  };
  return {
    contents: read,
    answers: (stage) => answersOf(stage, store),
    output: contentOf,
    folder,
    pictures: (stage, images) => testPictures(stage, images, store),
    missing: () => [...missing],
  };
}

/** Weights and images are not read only to find that they are none. */
function mayBeJson(file: string): boolean {
  return /(?:^|\/)[^.]+$|\.json$/iu.test(file);
}

function parse(text: string): Json | undefined {
  if (!/^\s*[[{]/u.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
