import { didYouMean } from '../problem/suggest.ts';
import { childOf, type DocumentNode, type Entry, entriesOf, textOf } from './document-node.ts';
import type { OutputFacts } from './kind.ts';
import type { Need } from './pipeline.ts';
import type { ProblemList } from './problem-list.ts';
import { reportRemoved } from './removed.ts';
import { type CheckedStage, reportIssues } from './stage.ts';

/** What each stage reads: by stage, by the name of its input. */
export type Wiring = ReadonlyMap<string, Readonly<Record<string, Need>>>;

type Stages = ReadonlyMap<string, CheckedStage>;

/** Resolves every `needs` to an output of another stage; unknown names, missing inputs and cycles are reported. */
export function wire(stages: Stages, document: DocumentNode, problems: ProblemList): Wiring {
  const wiring = new Map([...stages].map(([id, stage]) => [id, needsOf(stage, stages, document, problems)]));
  reportCycles(wiring, problems);
  return wiring;
}

function needsOf(
  stage: CheckedStage,
  stages: Stages,
  document: DocumentNode,
  problems: ProblemList,
): Record<string, Need> {
  const written = entriesOf(childOf(stage.entry.value, 'needs'));
  const needs: Record<string, Need> = {};
  for (const [port, { key, value }] of written) {
    const inputs = stage.ports?.inputs;
    if (inputs && !Object.hasOwn(inputs, port)) {
      problems.add(`unknown input "${port}" of stages.${stage.id}`, key, { hint: inputHint(stage, port) });
    }
    const need = needOf(value, stage, stages, document, problems);
    if (need) needs[port] = need;
  }
  reportMissing(stage, written, stages, problems);
  return needs;
}

/** How to correct the name of an input that a stage does not have. */
function inputHint({ ports, uses }: CheckedStage, port: string): string {
  const known = Object.keys(ports?.inputs ?? {});
  const similar = didYouMean(port, known);
  if (similar !== undefined) return similar;
  const list = known.length > 0 ? `its inputs: ${known.join(', ')}` : `${uses} has no inputs`;
  if (ports?.inputsIn === undefined) return list;
  const place = `write under \`with\` where the stage finds it: ${ports.inputsIn}: { ${port}: PATH }`;
  return known.length > 0 ? `${list}; for another, ${place}` : place;
}

/** Resolves `stage.output`, or `stage` alone where it has exactly one output. */
function needOf(
  value: DocumentNode,
  reader: CheckedStage,
  stages: Stages,
  document: DocumentNode,
  problems: ProblemList,
): Need | undefined {
  const text = textOf(value);
  if (text === undefined || text === '') return undefined;
  const report = (message: string, hint?: string | (() => string)) => {
    problems.add(message, value.origin, { hint });
    return undefined;
  };
  const dot = text.indexOf('.');
  const id = dot < 0 ? text : text.slice(0, dot);
  const stage = stages.get(id);
  if (id === reader.id) return report(`stages.${id} needs itself`, 'wire the input to another stage');
  if (!stage) {
    if (reportRemoved(childOf(document, 'stages'), id, `stages.${id}`, value.origin, problems)) return undefined;
    return report(`unknown stage "${id}"`, () => didYouMean(id, stages.keys()) ?? 'write stage.output');
  }
  const outputs = stage.ports && Object.keys(stage.ports.outputs);
  if (!outputs) return { stage: id, output: dot < 0 ? '' : text.slice(dot + 1), origin: value.origin };
  const list = `its outputs: ${outputs.map((output) => `${id}.${output}`).join(', ')}`;
  if (dot >= 0) {
    const output = text.slice(dot + 1);
    if (outputs.includes(output)) return { stage: id, output, origin: value.origin };
    return report(`stages.${id} has no output "${output}"`, didYouMean(output, outputs) ?? list);
  }
  const [only] = outputs;
  if (only === undefined) return report(`stages.${id} has no outputs`);
  if (outputs.length > 1) return report(`stages.${id} has more than one output`, list);
  return { stage: id, output: only, origin: value.origin };
}

function reportMissing(
  stage: CheckedStage,
  written: ReadonlyMap<string, Entry>,
  stages: Stages,
  problems: ProblemList,
): void {
  const needs = entriesOf(stage.entry.value).get('needs');
  for (const [port, { summary, optional }] of Object.entries(stage.ports?.inputs ?? {})) {
    if (optional || written.has(port)) continue;
    const makers = [...stages.values()].filter(
      ({ id, ports }) => id !== stage.id && ports && Object.hasOwn(ports.outputs, port),
    );
    const [maker] = makers;
    const hint = maker && makers.length === 1 ? `add ${port}: ${maker.id}.${port} to its needs` : `${port}: ${summary}`;
    const removed = needs?.value.kind === 'map' ? needs.value.removed?.get(port) : undefined;
    problems.add(`stages.${stage.id} is missing its input "${port}"`, removed ?? needs?.key ?? stage.entry.key, {
      hint,
    });
  }
}

/** Reports each group of stages that depend on each other once, by a shortest cycle through its first stage. */
function reportCycles(wiring: Wiring, problems: ProblemList): void {
  const reported = new Set<string>();
  for (const id of unsortable(wiring)) {
    if (reported.has(id)) continue;
    const circle = shortestCircle(id, wiring);
    if (!circle) continue;
    for (const member of circle) reported.add(member);
    const before = circle.at(-1)!;
    const closing = Object.values(wiring.get(id)!).find((need) => need.stage === before)!;
    problems.add(
      `stages depend on each other in a cycle: ${[id, ...circle.slice(1), id].join(' -> ')}`,
      closing.origin,
      {
        hint: 'remove one of these needs',
      },
    );
  }
}

/** The stages that a cycle keeps from running, in file order (Kahn 1962). */
function unsortable(wiring: Wiring): ReadonlySet<string> {
  const readers = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const [id, needs] of wiring) {
    const sources = new Set(Object.values(needs).map((need) => need.stage));
    waiting.set(id, sources.size);
    for (const source of sources) readers.set(source, [...(readers.get(source) ?? []), id]);
  }
  const ready = [...waiting].flatMap(([id, count]) => (count === 0 ? [id] : []));
  for (const id of ready) {
    waiting.delete(id);
    for (const reader of readers.get(id) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return new Set(waiting.keys());
}

/** The stages of a shortest path from `start` along the flow of data back to it; `a -> b` means that b needs a. */
function shortestCircle(start: string, wiring: Wiring): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const id of queue) {
    for (const { stage } of Object.values(wiring.get(id) ?? {})) {
      if (stage === start) return [start, ...wayBack(id, start, cameFrom)];
      if (cameFrom.has(stage)) continue;
      cameFrom.set(stage, id);
      queue.push(stage);
    }
  }
  return undefined;
}

function wayBack(from: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let id = from; id !== start; id = cameFrom.get(id)!) way.push(id);
  return way;
}

/** Checks each stage against what earlier stages promise about their outputs. */
export function checkInputs(stages: Stages, wiring: Wiring, problems: ProblemList): void {
  for (const [id, stage] of stages) {
    const { kind, config } = stage;
    if (!kind?.checkInputs || !config) continue;
    reportIssues(stage, kind.checkInputs(config, promisedTo(wiring.get(id) ?? {}, stages)), problems);
  }
}

/** What is promised about the inputs of a stage, by their names. */
function promisedTo(needs: Readonly<Record<string, Need>>, stages: Stages): OutputFacts {
  const promised = Object.entries(needs).flatMap(([port, { stage, output }]) => {
    const producer = stages.get(stage);
    const promise = producer?.config && producer.kind?.outputFacts?.(producer.config)[output];
    return promise ? [[port, promise] as const] : [];
  });
  return Object.fromEntries(promised);
}
