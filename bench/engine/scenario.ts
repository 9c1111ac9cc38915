import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../outcome.ts';
import { type Peers, whyMissing } from './peers.ts';
import { Project } from './project.ts';
import { type BenchPipeline, largeInput } from './stage.ts';
import { pipe } from './tools/pipe.ts';
import type { Tool } from './tools/tool.ts';
import { hold, type Opponent } from './trial.ts';

/** An action on a pipeline whose results all exist. */
type Deed = 'no-op run' | 'plan' | 'edit of one value';

/** Number of repetitions for each action. */
const usualRounds: Readonly<Record<Deed, number>> = { 'no-op run': 10, plan: 10, 'edit of one value': 4 };

/** How a bench selects its rows. */
export type Wanted = (what: string, against: string) => boolean;

/** What scenarios share. */
export interface Bench {
  readonly peers: Peers;
  /** The folder for projects. */
  readonly folder: string;
  /** The content of the large input. */
  readonly large: Uint8Array;
  readonly wanted: Wanted;
  /** Number of repetitions for each action, if different from the default. */
  readonly rounds?: number;
  onOutcome(outcome: Outcome): void;
  onSkipped(what: string, against: string, reason: string): void;
}

/** The minimum time of a program in JavaScript: an empty program in Node. */
const nodeAlone = { name: 'node -e 0', line: [process.execPath, '-e', '0'], aim: 2 };

/**
 * Compares pipe with others on one pipeline.
 * @param runs how many stages run after an edit. @param withNode whether a no-op run is also compared with an empty program.
 */
export function compareWithPeers(
  bench: Bench,
  pipeline: BenchPipeline,
  tools: readonly Tool[],
  { runs, withNode }: { readonly runs: number; readonly withNode: boolean },
): void {
  const { peers, wanted } = bench;
  const node = (deed: Deed) =>
    withNode && deed === 'no-op run' && wanted(named(pipeline, deed, runs), nodeAlone.name) ? [nodeAlone] : [];
  const asked = deeds.filter(
    (deed) => node(deed).length > 0 || tools.some(({ name }) => wanted(named(pipeline, deed, runs), name)),
  );
  const taking = tools.filter(({ name }) => asked.some((deed) => wanted(named(pipeline, deed, runs), name)));
  const present = taking.filter((tool) => {
    const reason = whyMissing(peers, tool);
    if (reason !== undefined) bench.onSkipped(pipeline.name, tool.name, reason);
    return reason === undefined;
  });
  if (asked.length === 0) return;
  const projects = [pipe, ...present].map((tool) => makeProject(bench, tool, pipeline));
  const [ours, ...theirs] = projects;
  try {
    // Twice, so that digests are also cached that are stored only for files that have not changed recently.
    for (let round = 0; round < 2; round += 1) for (const project of projects) project.call(project.runLine);
    for (const deed of asked) {
      const what = named(pipeline, deed, runs);
      const allRun = runs === pipeline.stages.length;
      const opponents = theirs
        .filter(({ tool }) => wanted(what, tool.name))
        .flatMap((project): Opponent[] => {
          const time = timer(project, pipeline, deed);
          return time ? [{ name: project.tool.name, aim: aimAgainst(project.tool, deed, allRun), time }] : [];
        });
      for (const { name, line, aim } of node(deed)) opponents.push({ name, aim, time: () => ours!.call(line) });
      const time = timer(ours!, pipeline, deed)!;
      for (const outcome of hold({
        what,
        ours: { time },
        theirs: opponents,
        rounds: bench.rounds ?? usualRounds[deed],
      }))
        bench.onOutcome(outcome);
    }
  } finally {
    for (const project of projects) dispose(project);
  }
}

/** Compares pipe with itself on a larger pipeline. */
export function compareSizes(bench: Bench, large: BenchPipeline, small: BenchPipeline, aim: number): void {
  const against = `pipe, ${small.name}`;
  const asked = deeds.filter((deed) => bench.wanted(named(large, deed, large.stages.length), against));
  if (asked.length === 0) return;
  const [many, few] = [large, small].map((pipeline) => makeProject(bench, pipe, pipeline));
  try {
    for (let round = 0; round < 2; round += 1) for (const project of [many!, few!]) project.call(project.runLine);
    for (const deed of asked) {
      const what = named(large, deed, large.stages.length);
      const ours = { time: timer(many!, large, deed)! };
      const theirs = [{ name: against, aim, time: timer(few!, small, deed)! }];
      for (const outcome of hold({ what, ours, theirs, rounds: bench.rounds ?? usualRounds[deed] }))
        bench.onOutcome(outcome);
    }
  } finally {
    for (const project of [many!, few!]) dispose(project);
  }
}

const deeds = Object.keys(usualRounds) as Deed[];

function named({ name, stages }: BenchPipeline, deed: Deed, runs: number): string {
  const many = runs === stages.length ? 'all' : String(runs);
  return `${name}: ${deed}${deed === 'edit of one value' ? `, ${many} run` : ''}`;
}

/** Nothing is faster than make, which caches nothing; a comparison makes sense only if all stages run. */
function aimAgainst({ name }: Tool, deed: Deed, allRun: boolean): number | null {
  if (name !== 'make') return 1;
  return deed === 'edit of one value' && allRun ? 3 : null;
}

let edits = 0;

/** Times an action in a project; undefined if its tool does not support it. */
function timer(project: Project, { edited }: BenchPipeline, deed: Deed): (() => number) | undefined {
  const { runLine, planLine } = project;
  if (deed === 'plan') return planLine && (() => project.call(planLine));
  if (deed === 'no-op run') return () => project.call(runLine);
  return () => {
    edits += 1;
    project.write(edited, `edit ${edits} of ${process.pid}\n`);
    return project.call(runLine);
  };
}

/** A pipeline as a tool's project, with the large input at its path. */
function makeProject({ folder, peers, large }: Bench, tool: Tool, pipeline: BenchPipeline): Project {
  const place = join(folder, `${tool.name}-${pipeline.stages.length}`.replaceAll(' ', '-'));
  mkdirSync(place, { recursive: true });
  const project = new Project(tool, pipeline, place, peers);
  if (pipeline.stages.some(({ reads }) => reads.includes(largeInput.name))) project.write(largeInput.name, large);
  return project;
}

function dispose(project: Project): void {
  project.leave();
  rmSync(project.folder, { recursive: true, force: true });
}
