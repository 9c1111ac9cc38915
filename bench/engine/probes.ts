import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowName } from '../options.ts';
import { whyMissing } from './peers.ts';
import { Project } from './project.ts';
import { type Rig, rigOfPeer, rigOfPipe } from './rig.ts';
import type { Bench } from './scenario.ts';
import type { BenchPipeline } from './stage.ts';
import { pipe } from './tools/pipe.ts';
import type { Tool } from './tools/tool.ts';

/** What a tool did in one awkward case, in a few words, and whether that is correct. */
export interface Answer {
  readonly case: string;
  readonly tool: string;
  readonly did: string;
  readonly right: boolean;
}

/** Longer than a tick of the coarsest clock by which a tool notices that a file has changed. */
const settleMilliseconds = 1100;

/** Three stages in a row; each writes its name to an undeclared log. */
function threeStages(log: string): BenchPipeline {
  const stage = (name: string, command: string, reads: string[]) => ({
    name,
    command: `echo ${name} >> ${log}; ${command}`,
    reads,
    writes: `${name}.out`,
  });
  return {
    name: 'three stages',
    stages: [
      stage('a', "grep -v '^#' a.cfg > a.out", ['a.cfg']),
      stage('b', 'cat a.out b.cfg > b.out', ['a.out', 'b.cfg']),
      // Different from the bytes of b's output, which a store by content would keep as one.
      stage('c', 'cat b.out b.out > c.out', ['b.out']),
    ],
    sources: { 'a.cfg': '# 0\nlr 1\n', 'b.cfg': 'b\n' },
    edited: 'a.cfg',
  };
}

/** The correct output of the last of the three stages. */
const good = 'lr 1\nb\nlr 1\nb\n';

/** A stage that can be killed in the middle of its work. */
function slowStage(log: string): BenchPipeline {
  const command = `echo s >> ${log}; echo part > s.out; sleep 3; echo done >> s.out`;
  return {
    name: 'a slow stage',
    stages: [{ name: 's', command, reads: ['a.cfg'], writes: 's.out' }],
    sources: { 'a.cfg': 'x\n' },
    edited: 'a.cfg',
  };
}

/** One tool, one pipeline, and what it ran. */
interface Subject {
  readonly project: Project;
  readonly rig: Rig;
  readonly log: string;
  /** Runs; returns the names of the stages that ran, and ` failed` if it failed. */
  ran(): string;
}

const what = 'probes';

/** One row for every tool. */
export function probeRows(tools: readonly Tool[]): readonly RowName[] {
  return [pipe, ...tools].map(({ name }) => ({ what, against: name }));
}

/** Tests pipe and every installed peer. */
export async function probeAll(tools: readonly Tool[], bench: Bench): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const tool of [pipe, ...tools].filter(({ name }) => bench.wanted(what, name))) {
    const reason = whyMissing(bench.peers, tool);
    if (reason !== undefined) {
      bench.onSkipped(what, tool.name, reason);
      continue;
    }
    console.error(`asking ${tool.name}`);
    const say = (what: string, did: string, right: boolean) => {
      answers.push({ case: what, tool: tool.name, did, right });
    };
    await probeReuse(subjectOf(tool, threeStages, 'three', bench), say);
    await probeKill(subjectOf(tool, slowStage, 'slow', bench), say);
    await probeTwo(subjectOf(tool, slowStage, 'two', bench), say);
  }
  return answers;
}

/** A Markdown table, with one row per case; wrong behaviour is in bold. */
export function probesToMarkdown(answers: readonly Answer[]): string {
  const tools = [...new Set(answers.map(({ tool }) => tool))];
  const cases = [...new Set(answers.map((answer) => answer.case))];
  const cell = (what: string, tool: string) => {
    const answer = answers.find((each) => each.case === what && each.tool === tool);
    return answer ? (answer.right ? answer.did : `**${answer.did}**`) : '';
  };
  const lines = cases.map((what) => [what, ...tools.map((tool) => cell(what, tool))]);
  return [['case', ...tools], ['---', ...tools.map(() => '---')], ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

type Say = (what: string, did: string, right: boolean) => void;

async function probeReuse({ project, rig, ran }: Subject, say: Say): Promise<void> {
  const first = ran();
  if (first !== 'abc') throw new Error(`${project.tool.name} ran "${first}" of a new pipeline of a, b and c`);
  const quiet = ran();
  say('nothing changed', `ran ${quiet}`, quiet === '-');

  await sleep(settleMilliseconds);
  project.write('a.cfg', '# 1\nlr 1\n');
  const cut = ran();
  say('a reruns to equal bytes', `ran ${cut}`, cut === 'a');

  await sleep(settleMilliseconds);
  const now = new Date();
  utimesSync(project.path('a.cfg'), now, now);
  const touched = ran();
  say('an input was merely touched', `ran ${touched}`, touched === '-');

  rig.lose('b.out');
  const lost = ran();
  say("b's output was lost", `ran ${lost}`, lost === '-' || lost === 'b');

  rig.lose('b.out');
  rig.lose('c.out');
  const lostBoth = ran();
  const restored = rig.content('c.out') === good;
  say(
    "b's and c's outputs were lost",
    `ran ${lostBoth}${restored ? '' : ', c is not back'}`,
    restored && !lostBoth.includes('a'),
  );

  await sleep(settleMilliseconds);
  rig.overwrite('c.out', 'by hand\n');
  const edited = ran();
  const kept = rig.content('c.out') !== good;
  say("c's output was edited by hand", kept ? `ran ${edited}, kept the edit` : `ran ${edited}, c is good`, !kept);

  await sleep(settleMilliseconds);
  project.write('b.cfg', 'b2\n');
  const changed = ran();
  await sleep(settleMilliseconds);
  project.write('b.cfg', 'b\n');
  const back = ran();
  say('a value was changed, and put back', `ran ${changed}, then ${back}`, changed === 'bc' && back === '-');

  const corrupted = rig.corrupt(good);
  const again = ran();
  const content = rig.content('c.out');
  say(
    'what is kept was altered',
    corrupted
      ? `ran ${again}, c is ${content === good ? 'good' : content === undefined ? 'gone' : 'altered'}`
      : 'keeps nothing',
    content === good,
  );
}

async function probeKill({ project, rig, log, ran }: Subject, say: Say): Promise<void> {
  const { kill, status } = project.start();
  let ended = false;
  const onEnd = () => {
    ended = true;
  };
  status.then(onEnd, onEnd);
  while (!existsSync(log) && !ended) await sleep(20);
  if (!ended) kill();
  await status;
  rmSync(log, { force: true });
  const again = ran();
  const content = rig.content('s.out');
  const isWhole = content === 'part\ndone\n';
  say('killed in the middle, run again', `ran ${again}, ${isWhole ? 'whole' : 'not whole'}`, again === 's' && isWhole);
}

async function probeTwo({ project, rig, log }: Subject, say: Say): Promise<void> {
  const first = project.start();
  await sleep(150);
  const second = project.start();
  const statuses = [await first.status, await second.status];
  const failed = statuses.filter((status) => status !== 0).length;
  const times = takeLog(log).length;
  const isWhole = rig.content('s.out') === 'part\ndone\n';
  say(
    'two runs at once',
    `ran ${times} times${failed > 0 ? `, ${failed} failed` : ''}${isWhole ? '' : ', not whole'}`,
    times === 1 && failed === 0 && isWhole,
  );
}

function subjectOf(
  tool: Tool,
  pipelineOf: (log: string) => BenchPipeline,
  name: string,
  { folder, peers }: Bench,
): Subject {
  const place = join(folder, `${tool.name}-${name}`.replaceAll(' ', '-'));
  mkdirSync(place, { recursive: true });
  const log = join(folder, `${tool.name}-${name}.log`.replaceAll(' ', '-'));
  const pipeline = pipelineOf(log);
  const project = new Project(tool, pipeline, place, peers);
  const rig = tool === pipe ? rigOfPipe(project, pipeline) : rigOfPeer(project, pipeline);
  const ran = () => {
    let failed = '';
    try {
      project.call(project.runLine);
    } catch {
      failed = ' failed';
    }
    return `${takeLog(log) || '-'}${failed}`;
  };
  return { project, rig, log, ran };
}

/** The names in a log, in order; empties it. */
function takeLog(log: string): string {
  if (!existsSync(log)) return '';
  const names = readFileSync(log, 'utf8').replaceAll('\n', '');
  rmSync(log);
  return names;
}
