// Measures everything about one GPU, part by part, in one command; docs/results.md describes each part.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { positiveInteger } from '../../src/cli/options.ts';
import { ifThere } from '../../src/disk/codes.ts';
import { makeFolder } from '../../src/disk/folders.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, giveUp, namesFrom } from '../options.ts';
import { agreement } from './agreement.ts';
import { around, compiled, inference, steps } from './comparisons.ts';
import { doctor } from './doctor.ts';
import { GpuUse, inWords } from './gpu-use.ts';
import { countingResults, NoUse, type Part, type PartContext, type PartResult } from './part.ts';
import { asPublished, deterministic, evidence, quick, recipe, recipeByXla } from './recipes.ts';
import { full, tiny } from './sizes.ts';

/** In the order of importance: the last ones may get no time. */
const parts: readonly Part[] = [
  ...[doctor, quick, recipe, steps, around, deterministic, inference],
  ...[compiled, agreement, recipeByXla, asPublished, evidence],
];

interface Options {
  readonly out: string;
  readonly seconds: number;
  readonly only?: readonly string[];
  readonly skip: readonly string[];
  readonly python: string;
  readonly commit?: string;
  readonly cpu: boolean;
  readonly tiny: boolean;
}

const names = parts.map(({ name }) => name);
const options = benchCommand(
  'bench:gpu',
  'Measure this program on a GPU: the recipe, steps against PyTorch and JAX, and what there is around them.',
)
  .option('--out <folder>', 'where results and stores lie; what is done there is not done again', 'artifacts/bench-gpu')
  .option('--seconds <n>', 'time for all parts together', positiveInteger, 3600)
  .option('--only <parts>', `these parts alone, done or not: ${names.join(', ')}`, namesFrom(names))
  .option('--skip <parts>', 'all parts but these', namesFrom(names), [])
  .option('--python <program>', 'a Python with PyTorch and JAX; what it lacks is not measured', 'python3')
  .option('--commit <name>', 'the commit that the results name, where git cannot tell')
  .option('--cpu', 'on the CPU, to see that it runs', false)
  .option('--tiny', 'a minute or two of work, to see that it runs', false)
  .parse()
  .opts<Options>();

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const out = resolve(options.out);
try {
  makeFolder(out);
} catch (error) {
  giveUp(`the folder ${options.out} cannot be made: ${(error as Error).message}; name another with --out`);
}
const resultsFile = resolve(out, 'results.jsonl');
const logFile = resolve(out, 'log.txt');
const until = performance.now() + options.seconds * 1e3;
const machine = describeMachine(!options.cpu);
const head = headLine({ ...machine, ...(options.commit !== undefined && { commit: options.commit }) });
const use = new GpuUse(!options.cpu);

const remaining = () => (until - performance.now()) / 1e3;

function note(text: string): void {
  appendFileSync(logFile, `${text}\n`);
}

function say(text: string): void {
  console.log(text);
  note(text);
}

/** The results of all runs so far. */
function results(): ReadonlyMap<string, PartResult> {
  return countingResults(ifThere(() => readFileSync(resultsFile, 'utf8')) ?? '');
}

async function take(part: Part): Promise<PartResult> {
  const { name, title, limit, least } = part;
  const seconds = Math.min(limit, remaining());
  if (seconds < least) return { part: name, title, state: 'skipped', seconds: 0, reason: 'no time was left for it' };
  const [start, from] = [performance.now(), Date.now()];
  const signal = AbortSignal.timeout(Math.ceil(seconds * 1e3));
  const took = () => (performance.now() - start) / 1e3;
  const context: PartContext = {
    ...{ signal, gpu: !options.cpu, environment: process.env, work: out, use, file },
    ...{ sizes: options.tiny ? tiny : full, python: options.python },
    say: (text) => say(`[${name} ${took().toFixed(1)}] ${text}`),
    note: (text) => note(`[${name} ${took().toFixed(1)}] ${text}`),
  };
  say(`\n=== ${name}: ${title}, ${seconds.toFixed(0)} s at most`);
  try {
    const { figures, markdown } = await part.run(context);
    const gpu = inWords(use.between(from, Date.now()));
    const lines = [...markdown, '', `The part took ${took().toFixed(0)} s; GPU: ${gpu}.`];
    return { part: name, title, state: 'done', seconds: took(), figures, markdown: lines };
  } catch (error) {
    if (error instanceof NoUse) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const reason = signal.aborted ? `it did not end within ${seconds.toFixed(0)} s` : message;
    return { part: name, title, state: 'failed', seconds: took(), reason };
  }
}

function keep(result: PartResult): void {
  appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
  const { part, state, seconds, reason, markdown = [] } = result;
  say(`=== ${part}: ${state} after ${seconds.toFixed(1)} s${reason ? `: ${reason}` : ''}\n${markdown.join('\n')}`);
  writeFileSync(resolve(out, 'results.md'), report());
}

/** A Markdown section with everything that was measured, and what was not. */
function report(): string {
  const found = results();
  const sections = parts.flatMap(({ name, title }) => {
    const { state, reason, markdown = [] } = found.get(name) ?? { state: 'skipped', reason: 'it was not asked for' };
    const lines = state === 'done' ? markdown : [`Not measured: ${reason}`];
    return [`### ${title}`, '', ...lines, ''];
  });
  return [`## On a GPU`, '', `${head}. \`npm run bench:gpu\`.`, '', ...sections].join('\n');
}

function chosen(): readonly Part[] {
  const { only, skip } = options;
  const done = results();
  return parts.filter(({ name }) =>
    only ? only.includes(name) : !skip.includes(name) && done.get(name)?.state !== 'done',
  );
}

say(head);
try {
  if (!options.cpu && machine.gpu === undefined) {
    throw new NoUse('nvidia-smi shows no GPU; --cpu runs the same parts on the CPU, to see that they run');
  }
  const wanted = chosen();
  for (const part of wanted.filter(({ aside }) => !aside)) keep(await take(part));
  // Nothing is timed any more: the rest may share the device.
  await Promise.all(wanted.filter(({ aside }) => aside).map(async (part) => keep(await take(part))));
} catch (error) {
  if (!(error instanceof NoUse)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  use.close();
}
if ([...results().values()].some(({ state }) => state === 'failed')) process.exitCode = 1;
console.log(`\n${report()}`);
