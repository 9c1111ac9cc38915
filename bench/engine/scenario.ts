import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../outcome.ts';
import { type Peers, whyMissing } from './peers.ts';
import { Project } from './project.ts';
import { type BenchPipeline, largeInput } from './stage.ts';
import { pipe } from './tools/pipe.ts';
import type { Tool } from './tools/tool.ts';
import { hold, type Opponent } from './trial.ts';

/** What is done with a pipeline whose results are all there. */
type Deed = 'no-op run' | 'plan' | 'edit of one value';

/** How often each is done. */
const usualRounds: Readonly<Record<Deed, number>> = { 'no-op run': 10, plan: 10, 'edit of one value': 4 };

/** How a bench narrows its rows. */
export type Wanted = (what: string, against: string) => boolean;

/** What scenarios share. */
export interface Bench {
  readonly peers: Peers;
  /** Where projects are made. */
  readonly folder: string;
  /** The content of the large input. */
  readonly large: Uint8Array;
  readonly wanted: Wanted;
  /** How often each deed is done, if that is not what is usual. */
  readonly rounds?: number;
  onOutcome(outcome: Outcome): void;
  onSkipped(what: string, against: string, reason: string): void;
}

/** The least a program in JavaScript takes: nothing, done by Node. */
const nodeAlone = { name: 'node -e 0', line: [process.execPath, '-e', '0'], aim: 2 };

/**
 * Compares this program with others on one pipeline.
 * @param runs how many stages an edit makes run. @param withNode whether a no-op run is compared with an empty program, too.
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
    // Twice, so that what is believed only of files that have settled is known, too.
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

/** Compares this program with itself on a larger pipeline. */
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

/** Nobody is faster than make, which keeps nothing; only if all stages run is there something to be compared. */
function aimAgainst({ name }: Tool, deed: Deed, allRun: boolean): number | null {
  if (name !== 'make') return 1;
  return deed === 'edit of one value' && allRun ? 3 : null;
}

let edits = 0;

/** Times a deed in a project; undefined if its tool cannot do it. */
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

/** A pipeline as a tool's project, with the large input where the pipeline reads it. */
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
