import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleUrl } from '../bundle/bundle.ts';
import { cacheDirectory } from '../compute/location.ts';
import { type Executor, type GraphNode, rerunStage, type StageJob, type World } from '../engine/index.ts';
import { type Audit, rerunJson, rerunText } from '../report/rerun.ts';
import { openedFiles, whyUntraceable } from '../workers/file-trace.ts';
import { processExecutor } from '../workers/process-executor.ts';
import { undeclaredOf } from '../workers/undeclared.ts';
import { findStages, prepareAside, warningListener } from './aside.ts';
import type { CliContext } from './context.ts';
import { jsonText, openTaskDisplay } from './display.ts';
import { exitCodes } from './exit-codes.ts';
import { fileDetails } from './file-details.ts';
import { interruption } from './interruption.ts';
import type { PipelineOptions } from './options.ts';
import { openProject } from './project.ts';
import { openStoreThere } from './workspace.ts';

/** `pipe verify --rerun`: computes a stage again, compares it with its stored result, and lists the undeclared files that it opened. */
export async function rerun(
  context: CliContext,
  pipeline: string | undefined,
  stage: string,
  options: PipelineOptions,
): Promise<number> {
  const { stdout, stderr } = context;
  const project = await openProject(context, pipeline);
  const store = await openStoreThere(project, options.artifacts, { readonly: false });
  const stop = interruption((line) => stderr.write(`${line}\n`));
  const display = await openTaskDisplay(context);
  try {
    const origin = { option: `--rerun ${stage}`, column: 9, length: stage.length };
    const found = await findStages({ pipeline, stage, origin, options }, project, store);
    const { graph, nodes } = found;
    const aside = await prepareAside(found, nodes, 'rerun', store, stop.signal);
    const { services } = aside;
    const { world, files } = watched(aside.world);
    const audits: Audit[] = [];
    for (const node of nodes) {
      const watch = await openWatch(aside);
      try {
        const { executor } = watch;
        const listener = warningListener(context, node.id, { progress: display.progress, say: () => undefined });
        const result = await rerunStage(graph, node, { ...services, world, executor, listener, examine: fileDetails });
        audits.push({ rerun: result, opened: await watch.opened(node, files) });
      } finally {
        await watch.close();
      }
    }
    display.end();
    stdout.write(options.json ? jsonText(rerunJson(audits)) : rerunText(audits));
    const isIdentical = audits.every((audit) => audit.rerun.outputs.every((output) => output.isIdentical));
    return isIdentical ? exitCodes.done : exitCodes.stageFailed;
  } finally {
    display.end();
    stop.end();
    await store.close();
  }
}

/** The world, and the files whose digests were requested: those that enter keys. */
function watched(world: World): { readonly world: World; readonly files: ReadonlySet<string> } {
  const files = new Set<string>();
  const digest = (path: string) => {
    files.add(resolve(path));
    return world.digest(path);
  };
  return { world: { ...world, digest }, files };
}

/** Runs a stage under strace, if there is one. */
async function openWatch({ project: { environment, root }, machine }: Awaited<ReturnType<typeof prepareAside>>) {
  const unseen = await whyUntraceable(environment);
  const folder = await mkdtemp(join(tmpdir(), 'pipe-trace-'));
  const traceFile = join(folder, 'trace');
  const workers = processExecutor({
    ...machine,
    directory: root,
    ...(unseen === undefined && { traceFile }),
  });
  const jobs: StageJob[] = [];
  const executor: Executor = {
    execute: (job, ...rest) => {
      jobs.push(job);
      return workers.execute(job, ...rest);
    },
    close: () => workers.close(),
  };
  return {
    executor,
    /** Call this after the stage has ended: it ends the stage's process, so that the trace is complete. */
    async opened({ definition }: GraphNode, files: ReadonlySet<string>): Promise<Audit['opened']> {
      if (unseen !== undefined) return { unseen };
      await workers.close();
      const jobPaths = jobs.flatMap(({ inputs, outputs, checkpoints, scratch }) => [
        ...Object.values(inputs),
        ...Object.values(outputs).map((path) => dirname(path)),
        checkpoints,
        scratch,
      ]);
      const given = [...jobPaths, ...files, ...(definition.sources ?? []), ...programFolders(environment)];
      return undeclaredOf(openedFiles(await readFile(traceFile, 'utf8')), given);
    },
    async close(): Promise<void> {
      await workers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The paths of this program, of its Node, and of the user's cache. */
function programFolders(environment: CliContext['environment']): readonly string[] {
  const node = dirname(dirname(process.execPath));
  return [
    dirname(fileURLToPath(bundleUrl('stage-worker'))),
    ...(node === '/' ? [] : [node]),
    cacheDirectory(environment),
  ];
}
