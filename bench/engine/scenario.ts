import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RowName, Wanted } from '../options.ts';
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

/** A row of one action. */
interface DeedRow extends RowName {
  readonly deed: Deed;
}

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

/** A comparison of pipe with others on one pipeline. */
export interface Scenario {
  readonly pipeline: BenchPipeline;
  readonly tools: readonly Tool[];
  /** How many stages run after an edit. */
  readonly runs: number;
  /** Whether a no-op run is also compared with an empty program. */
  readonly withNode: boolean;
}

/** The rows of a comparison with others. */
export function rowsWithPeers({ pipeline, tools, runs, withNode }: Scenario): readonly DeedRow[] {
  return deeds.flatMap((deed) => {
    const able = tools.filter(({ plan }) => deed !== 'plan' || plan !== undefined).map(({ name }) => name);
    const opponents = withNode && deed === 'no-op run' ? [...able, nodeAlone.name] : able;
    return opponents.map((against) => ({ deed, what: named(pipeline, deed, runs), against }));
  });
}

/** Compares pipe with others on one pipeline. */
export function compareWithPeers(bench: Bench, scenario: Scenario): void {
  const { pipeline, tools, runs } = scenario;
  const { peers } = bench;
  const rows = rowsWithPeers(scenario).filter(({ what, against }) => bench.wanted(what, against));
  const wanted = (deed: Deed, against: string) => rows.some((row) => row.deed === deed && row.against === against);
  const asked = deeds.filter((deed) => rows.some((row) => row.deed === deed));
  const taking = tools.filter(({ name }) => rows.some(({ against }) => against === name));
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
        .filter(({ tool }) => wanted(deed, tool.name))
        .flatMap((project): Opponent[] => {
          const time = timer(project, pipeline, deed);
          return time ? [{ name: project.tool.name, aim: aimAgainst(project.tool, deed, allRun), time }] : [];
        });
      const { name, line, aim } = nodeAlone;
      if (wanted(deed, name)) opponents.push({ name, aim, time: () => ours!.call(line) });
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

/** A large pipeline, and a small one of the same kind. */
interface Sizes {
  readonly large: BenchPipeline;
  readonly small: BenchPipeline;
}

/** The rows of a comparison with pipe itself. */
export function rowsOfSizes({ large, small }: Sizes): readonly DeedRow[] {
  const against = `${pipe.name}, ${small.name}`;
  return deeds.map((deed) => ({ deed, what: named(large, deed, large.stages.length), against }));
}

/** Compares pipe with itself on a larger pipeline. */
export function compareSizes(bench: Bench, sizes: Sizes, aim: number): void {
  const { large, small } = sizes;
  const rows = rowsOfSizes(sizes).filter(({ what, against }) => bench.wanted(what, against));
  if (rows.length === 0) return;
  const [many, few] = [large, small].map((pipeline) => makeProject(bench, pipe, pipeline));
  try {
    for (let round = 0; round < 2; round += 1) for (const project of [many!, few!]) project.call(project.runLine);
    for (const { deed, what, against } of rows) {
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
  if (name === 'make') return deed === 'edit of one value' && allRun ? 3 : null;
  return name === 'Turborepo' ? 0.9 : 1;
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
