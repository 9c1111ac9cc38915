import type { StageSummary } from '../../engine/index.ts';
import type { Spec } from '../drawing/draw.ts';
import { shortened } from '../drawing/text-width.ts';
import { light as c } from '../drawing/theme.ts';
import { rows } from './figure.ts';

type State = StageSummary['state'];

/** More variants of a stage are a bar instead of a square each. */
const mostSquares = 10;

/** A stage with all its variants. */
export interface Box {
  readonly name: string;
  readonly nodes: readonly StageSummary[];
  readonly needs: readonly string[];
  readonly layer: number;
}

const colorOf: Readonly<Record<State, string>> = { ran: c.ran, hit: c.reused, failed: c.failed, skipped: c.waiting };

interface Placed {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const boxHeight = 42;

/** A place in a layer: of a stage, or of a line that passes by the stages of that layer. */
interface Slot {
  readonly name: string;
  readonly box: Box | undefined;
  /** The slots of the layer before that lines come from. */
  readonly from: readonly string[];
  readonly height: number;
}

const gap = 14;

/** Layers from left to right. Lines that skip layers have places there, so that they run between stages and never behind one. */
export function wideGraph(boxes: readonly Box[]): Spec {
  const layers = slotsOf(boxes);
  const width = 716;
  const pitch = width / layers.length;
  const boxWidth = Math.max(60, pitch - (layers.length > 6 ? 14 : 28));
  const places = new Map<string, Slot & { readonly x: number; readonly y: number }>();
  let height = 0;
  layers.forEach((slots, layer) => {
    const middleOf = ({ from }: Slot) => {
      const above = from.map((name) => places.get(name)!);
      return above.reduce((sum, { y }) => sum + y, 0) / (above.length || 1);
    };
    let free = 0;
    for (const slot of layer === 0 ? slots : [...slots].sort((a, b) => middleOf(a) - middleOf(b))) {
      const top = Math.max(free, layer === 0 ? 0 : middleOf(slot) - slot.height / 2);
      places.set(slot.name, { ...slot, x: layer * pitch, y: top + slot.height / 2 });
      free = top + slot.height + gap;
      height = Math.max(height, free);
    }
  });
  const lines = [...places.values()].flatMap(({ name, box, from, x, y }) =>
    from.flatMap((before) => {
      const start = places.get(before)!;
      const end = box ? x : x + boxWidth;
      return [
        ...curve(`${before} ${name}`, start.x + boxWidth, start.y, x, y),
        ...(end > x ? [{ id: `${before} ${name}`, k: 99, x: end, y }] : []),
      ];
    }),
  );
  const placed = [...places.values()].flatMap(({ box, x, y }) =>
    box ? [{ box, x, y: y - boxHeight / 2, width: boxWidth }] : [],
  );
  return graph(
    width,
    height,
    lines,
    placed.map((each) => ({
      ...each,
      textX: each.x + 7,
      textY: each.y + 14,
      squaresX: each.x + 8,
      squaresY: each.y + boxHeight - 13,
      room: each.width - 12,
    })),
    true,
  );
}

/** The slots of each layer. Lines that come from one stage share theirs. */
function slotsOf(boxes: readonly Box[]): readonly (readonly Slot[])[] {
  const layers: Slot[][] = Array.from({ length: Math.max(...boxes.map(({ layer }) => layer)) + 1 }, () => []);
  const layerOf = new Map(boxes.map(({ name, layer }) => [name, layer]));
  for (const box of boxes) {
    const from = box.needs.map((need) => {
      let name = need;
      for (let layer = layerOf.get(need)! + 1; layer < box.layer; layer += 1) {
        const passing: Slot = { name: `${need}@${layer}`, box: undefined, from: [name], height: 10 };
        name = passing.name;
        if (!layers[layer]!.some((slot) => slot.name === passing.name)) layers[layer]!.push(passing);
      }
      return name;
    });
    layers[box.layer]!.push({ name: box.name, box, from, height: boxHeight });
  }
  return layers;
}

/** One row per stage, with arcs at the left. */
export function narrowGraph(boxes: readonly Box[]): Spec {
  const rowHeight = 27;
  const order = [...boxes].sort((a, b) => a.layer - b.layer);
  const placed = order.map((box, at) => ({ box, x: 78, y: at * rowHeight + 12, width: 0 }));
  const at = new Map(placed.map((each) => [each.box.name, each]));
  const arcs = placed.flatMap(({ box, y }) =>
    box.needs.flatMap((need) => {
      const from = at.get(need);
      if (!from) return [];
      const span = y - from.y;
      const out = Math.min(66, 10 + span * 0.2);
      return [
        Array.from({ length: 17 }, (_, k) => ({
          id: `${need} ${box.name}`,
          k,
          x: 70 - out * Math.sin((Math.PI * k) / 16),
          y: (from.y + y) / 2 - (span / 2) * Math.cos((Math.PI * k) / 16),
        })),
      ];
    }),
  );
  return graph(
    346,
    order.length * rowHeight,
    arcs.flat(),
    placed.map((each) => ({ ...each, textX: 84, textY: each.y, squaresX: 240, squaresY: each.y, room: 150 })),
    false,
  );
}

/** A smooth line from the end of one box to the beginning of another. */
function curve(id: string, x0: number, y0: number, x1: number, y1: number) {
  const from = Math.max(x0, x1 - 40);
  const bend = Array.from({ length: 13 }, (_, k) => {
    const u = k / 12;
    return { id, k: k + 1, x: from + (x1 - from) * u, y: y0 + (y1 - y0) * u * u * (3 - 2 * u) };
  });
  return from > x0 ? [{ id, k: 0, x: x0, y: y0 }, ...bend] : bend;
}

interface PlacedLabel extends Placed {
  readonly textX: number;
  readonly textY: number;
  readonly squaresX: number;
  readonly squaresY: number;
  readonly room: number;
}

function graph(
  width: number,
  height: number,
  lines: readonly object[],
  laid: readonly PlacedLabel[],
  hasBoxes: boolean,
): Spec {
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, width], nice: false, zero: false },
    axis: null,
  });
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [height, 0], nice: false, zero: false },
    axis: null,
  });
  const boxes = laid.map(({ box, x: left, y: top, width: wide, textX, textY, room }) => ({
    left,
    right: left + wide,
    top,
    bottom: top + boxHeight,
    textX,
    textY,
    name: shortened(box.name, room, 12),
    stroke: box.nodes.some(({ state }) => state === 'failed')
      ? c.failed
      : box.nodes.some(({ state }) => state === 'ran')
        ? c.ran
        : c.reused,
  }));
  const squares = laid.flatMap(({ box: { nodes }, squaresX, squaresY }) =>
    nodes.length <= mostSquares
      ? nodes.map(({ state }, at) => ({ state, x: squaresX + 4 + 10.5 * at, y: squaresY }))
      : [],
  );
  const bars = laid.flatMap(({ box: { nodes }, squaresX, squaresY }) => {
    if (nodes.length <= mostSquares) return [];
    let from = squaresX;
    return (['ran', 'hit', 'failed', 'skipped'] as const).flatMap((state) => {
      const to = from + (63 * nodes.filter((node) => node.state === state).length) / nodes.length;
      if (to === from) return [];
      const bar = { fill: colorOf[state], x: from, x2: to, y: squaresY - 4.5, y2: squaresY + 4.5 };
      from = to;
      return [bar];
    });
  });
  return {
    width,
    height,
    layer: [
      ...(lines.length > 0
        ? [
            {
              ...rows(lines),
              mark: { type: 'line', color: c.control, strokeWidth: 1, opacity: 0.75 },
              encoding: { x: x('x'), y: y('y'), detail: { field: 'id' }, order: { field: 'k' } },
            },
          ]
        : []),
      hasBoxes
        ? {
            ...rows(boxes),
            name: 'data-stages',
            mark: { type: 'rect', fill: c.paper, strokeWidth: 1.2, cornerRadius: 3 },
            encoding: {
              x: x('left'),
              y: y('top'),
              x2: { field: 'right' },
              y2: { field: 'bottom' },
              stroke: { field: 'stroke', type: 'nominal', scale: null },
            },
          }
        : {
            ...rows(boxes),
            name: 'data-stages',
            mark: { type: 'point', filled: true, size: 34, stroke: null },
            encoding: { x: x('left'), y: y('top'), fill: { field: 'stroke', type: 'nominal', scale: null } },
          },
      {
        ...rows(boxes),
        mark: { type: 'text', align: 'left', baseline: 'middle', fontWeight: 600 },
        encoding: { x: x('textX'), y: y('textY'), text: { field: 'name' } },
      },
      ...(bars.length > 0
        ? [
            {
              ...rows(bars),
              mark: { type: 'rect' },
              encoding: {
                x: x('x'),
                x2: { field: 'x2' },
                y: y('y'),
                y2: { field: 'y2' },
                fill: { field: 'fill', type: 'nominal', scale: null },
              },
            },
          ]
        : []),
      ...(['ran', 'hit', 'failed', 'skipped'] as const).flatMap((state) => {
        const own = squares.filter((square) => square.state === state);
        return own.length > 0
          ? [{ ...rows(own), mark: { type: 'point', ...lookOf[state] }, encoding: { x: x('x'), y: y('y') } }]
          : [];
      }),
    ],
  };
}

const lookOf: Readonly<Record<State, object>> = {
  ran: { shape: 'square', filled: true, size: 50, fill: c.ran, stroke: null },
  hit: { shape: 'square', filled: true, size: 50, fill: c.reused, stroke: null },
  failed: {
    shape: 'M-.62,-.62L.62,.62M.62,-.62L-.62,.62',
    filled: false,
    size: 130,
    stroke: c.failed,
    strokeWidth: 2.2,
  },
  skipped: {
    shape: 'square',
    filled: true,
    size: 50,
    fill: c.paper,
    stroke: c.control,
    strokeWidth: 1.2,
    strokeDash: [2, 2],
  },
};
