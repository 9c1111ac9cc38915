import type { StageSummary } from '../../engine/index.ts';
import { reasonWords } from '../reason.ts';
import { list } from '../results/names.ts';
import type { Needs } from '../results/needs.ts';
import { type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { duration } from '../units.ts';
import { type Figure, inWidths } from './figure.ts';
import { type Box, narrowGraph, wideGraph } from './graph-drawing.ts';

type State = StageSummary['state'];

/** With more stages, the figure is only the table. */
const mostStages = 60;

const stateWords: Readonly<Record<State, string>> = {
  hit: 'reused',
  ran: 'ran',
  failed: 'failed',
  skipped: 'not run',
};

/** The pipeline's graph: what ran, was reused, failed. */
export function graphFigure(stages: readonly StageSummary[], needs: Needs): Figure {
  const boxes = boxesOf(stages, needs);
  const count = (state: State) => stages.filter((stage) => stage.state === state).length;
  const parts = (['ran', 'hit', 'failed', 'skipped'] as const).flatMap((state) =>
    count(state) > 0 ? [`${count(state)} ${stateWords[state]}`] : [],
  );
  const failed = boxes.filter(({ nodes }) => nodes.some(({ state }) => state === 'failed')).map(({ name }) => name);
  const title =
    failed.length > 0
      ? `${list(failed)} failed`
      : count('skipped') > 0
        ? `${count('skipped')} of ${stages.length} stages have no result`
        : count('ran') === 0
          ? 'Everything was reused'
          : `${count('ran')} of ${stages.length} stages ran`;
  const isDrawn = boxes.length <= mostStages && boxes.length > 0;
  return {
    id: 'pipeline',
    title,
    say: [`${list(parts)}.`],
    how: 'Arrows that a longer path implies are left out. A square is a variant; more than ten are a bar.',
    legend: (['ran', 'hit', 'failed', 'skipped'] as const)
      .filter((state) => count(state) > 0)
      .map((state) => [signOf[state], stateWords[state]] as const),
    drawing: isDrawn ? inWidths((isWide) => (isWide ? wideGraph(boxes) : narrowGraph(boxes))) : undefined,
    label: `The pipeline: ${boxes
      .map((box) => `${box.name} ${summary(box.nodes)}`)
      .slice(0, 30)
      .join(', ')}`,
    caption: isDrawn ? '' : 'The pipeline has too many stages to be drawn.',
    table: stagesTable(boxes),
  };
}

const signOf = { ran: 'ran', hit: 'reused', failed: 'failed', skipped: 'waiting' } as const;
function boxesOf(stages: readonly StageSummary[], needs: Needs): readonly Box[] {
  const stageOf = new Map(stages.map(({ id, stage }) => [id, stage]));
  const byStage = new Map<string, StageSummary[]>();
  for (const stage of stages) byStage.set(stage.stage, [...(byStage.get(stage.stage) ?? []), stage]);
  const direct = new Map(
    [...byStage].map(([name, nodes]) => {
      const own = nodes.flatMap(({ id }) => needs.get(id) ?? []).flatMap((need) => stageOf.get(need) ?? []);
      return [name, [...new Set(own)].filter((need) => need !== name)] as const;
    }),
  );
  const layers = new Map<string, number>();
  const layerOf = (name: string): number => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    layers.set(name, 0);
    const layer = Math.max(-1, ...(direct.get(name) ?? []).map(layerOf)) + 1;
    layers.set(name, layer);
    return layer;
  };
  const reaches = (from: string, to: string): boolean =>
    (direct.get(from) ?? []).some((need) => need === to || reaches(need, to));
  return [...byStage].map(([name, nodes]) => {
    const own = direct.get(name) ?? [];
    const kept = own.filter((need) => !own.some((other) => other !== need && reaches(other, need)));
    return { name, nodes, needs: kept, layer: layerOf(name) };
  });
}

function summary(nodes: readonly StageSummary[]): string {
  return (['ran', 'hit', 'failed', 'skipped'] as const)
    .flatMap((state) => {
      const count = nodes.filter((node) => node.state === state).length;
      if (count === 0) return [];
      return [nodes.length === 1 ? stateWords[state] : `${count} ${stateWords[state]}`];
    })
    .join(', ');
}

function stagesTable(boxes: readonly Box[]): DataTable {
  return {
    name: 'stages',
    caption: 'The stages',
    columns: [
      textColumn('stage', 'stage'),
      textColumn('state', 'state'),
      numberColumn('time', 'seconds'),
      textColumn('why', 'why'),
      textColumn('needs', 'needs'),
    ],
    rows: boxes.map(({ name, nodes, needs }) => {
      const own = nodes.filter(({ state }) => state !== 'skipped');
      const seconds = own.reduce((sum, node) => sum + node.seconds, 0);
      const isReused = own.every(({ state }) => state === 'hit');
      const words = own.length === 0 ? '' : isReused ? `(${duration(seconds)})` : duration(seconds);
      return {
        cells: [
          textCell(name),
          textCell(summary(nodes)),
          numberCell(words, own.length === 0 ? null : seconds),
          textCell(whyWords(nodes)),
          textCell(needs.join(', ')),
        ],
      };
    }),
    notes: ['Time is the sum over variants; in brackets: what reuse saved.'],
  };
}

/** Why variants ran, failed or were not run: the reasons, each once, if there are not too many. */
function whyWords(nodes: readonly StageSummary[]): string {
  const reasons = nodes.flatMap(({ state, because, reason }) => {
    if (state === 'hit') return [];
    return because ?? (reason ? reasonWords(reason) : []);
  });
  const each = [...new Set(reasons)];
  return each.length > 2 ? `${each.slice(0, 2).join('; ')} and ${each.length - 2} more` : each.join('; ');
}
