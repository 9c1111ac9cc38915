import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/json/json.ts';
import { inWords, type Use } from './gpu-use.ts';
import type { PartContext } from './part.ts';
import { lastWords, runProgram } from './program.ts';

/** The pipeline that is measured. */
export const consistency = 'pipelines/consistency.yaml';

/** The training images that it keeps for validation. */
export const validationImages = 500;

/** A stage of a run, as in `pipe run --json`, and the activity of the GPU meanwhile. */
export interface StageFigures {
  readonly id: string;
  readonly uses: string;
  readonly state: string;
  readonly seconds: number;
  readonly metrics: JsonObject;
  readonly outputs: Readonly<Record<string, { readonly digest: string; readonly path: string }>>;
  readonly use?: Use | undefined;
}

/** A run of a pipeline. */
export interface RunFigures {
  readonly seconds: number;
  readonly stages: readonly StageFigures[];
}

/** Which pipeline to run, and how. */
export interface Order {
  readonly pipeline: string;
  /** Options of `pipe run`. */
  readonly options: readonly string[];
  /** The folder of the store, within the bench's folder: the same name finds the results of an earlier run. */
  readonly store: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** `pipe run`, on the GPU if there is one. @throws Error with its last output if it fails. */
export async function runPipeline(context: PartContext, order: Order): Promise<RunFigures> {
  const store = join(context.work, order.store);
  const device = context.gpu ? ['--gpu'] : [];
  const pipe = [context.file('bin/pipe.cjs'), 'run', order.pipeline, ...order.options];
  const options = ['--artifacts', store, '--no-remote', '--json', ...device];
  const ended = await runProgram(process.execPath, [...pipe, ...options], context, order.variables);
  if (ended.code !== 0) throw new Error(lastWords(ended));
  const run = JSON.parse(ended.stdout) as RunFigures & { readonly run: string };
  const spans = stageSpans(join(store, 'runs', run.run, 'events.jsonl'));
  const stages = run.stages.map(({ id, uses, state, seconds, metrics, outputs }) => {
    const span = spans.get(id);
    return { id, uses, state, seconds, metrics, outputs, use: span && context.use.between(...span) };
  });
  return { seconds: run.seconds, stages };
}

/** When each stage began and ended, in milliseconds since 1970. */
function stageSpans(events: string): Map<string, [from: number, to: number]> {
  const spans = new Map<string, [number, number]>();
  for (const line of readFileSync(events, 'utf8').split('\n')) {
    if (line === '') continue;
    const { at, type, stage } = JSON.parse(line) as { at: string; type: string; stage: string };
    const time = Date.parse(at);
    if (type === 'stage-started') spans.set(stage, [time, Number.POSITIVE_INFINITY]);
    if (type === 'stage-finished') spans.get(stage)![1] = time;
  }
  return spans;
}

/** A metric of a stage that is a number. */
export function metric(run: RunFigures, id: string, name: string): number | undefined {
  const value = run.stages.find((stage) => stage.id === id)?.metrics[name];
  return typeof value === 'number' ? value : undefined;
}

/** A share in percent. */
export function percent(share: number | undefined): string {
  return share === undefined ? 'none' : `${(share * 100).toFixed(2)} %`;
}

/** The lines of a table of a run's stages. */
export function stageTable({ stages }: RunFigures): readonly string[] {
  const rows = stages.map(({ id, state, seconds, use }) =>
    state === 'ran' ? `| ${id} | ${seconds.toFixed(1)} | ${inWords(use)} |` : `| ${id} | reused | |`,
  );
  return ['| stage | s | GPU |', '|---|---|---|', ...rows];
}
