import { typeAttribute } from '../attributes.ts';
import { type Edge, type OperationGraph, typeOf } from '../graph.ts';
import { flat } from './product.ts';

/** How a filter moves along the height or the width of images. */
export interface FilterWindow {
  /** Of the filter, in pixels. */
  readonly size: number;
  readonly stride: number;
  /** Places where it stops: pixels of the output. */
  readonly length: number;
  /** Whether zeros surround the images as TensorFlow's padding SAME puts them. */
  readonly isPadded: boolean;
}

/**
 * What a filter sees at each place (im2col; Chellapilla et al. 2006). x [N, H, W, C], rows and columns of the filter.
 * Rows of pixels are gathered by constant indices: TensorFlow's own operation for it, ExtractImagePatches, takes several times as long
 * on a CPU.
 * @returns [N height width, size size C].
 */
export function patchesOf(
  graph: OperationGraph,
  x: Edge,
  windows: readonly [rows: FilterWindow, columns: FilterWindow],
): Edge {
  const [images, height, width, channels] = typeOf(x).shape as [number, number, number, number];
  const [rows, columns] = windows;
  if (windows.every(({ size, stride }) => size === 1 && stride === 1)) return flat(graph, x);
  const pads = [paddingOf(rows, height), paddingOf(columns, width)] as const;
  const padded = pads.some(([before, behind]) => before + behind > 0) ? pad(graph, x, pads) : x;
  const [, fullHeight, fullWidth] = typeOf(padded).shape as [number, number, number];
  const indices: number[] = [];
  for (let image = 0; image < images; image += 1) {
    for (const [top, left] of grid(rows.length, columns.length)) {
      for (const [row, column] of grid(rows.size, columns.size)) {
        const y = top * rows.stride + row;
        indices.push((image * fullHeight + y) * fullWidth + left * columns.stride + column);
      }
    }
  }
  const type = typeOf(x).type;
  const node = graph.add({
    op: 'GatherV2',
    attributes: [typeAttribute('Tparams', type), typeAttribute('Tindices', 'int32'), typeAttribute('Taxis', 'int32')],
    inputs: [
      flat(graph, padded),
      graph.constant([indices.length], 'int32', Int32Array.from(indices)),
      graph.constant([], 'int32', Int32Array.of(0)),
    ],
    outputs: [{ shape: [indices.length, channels], type }],
  });
  const seen = rows.size * columns.size;
  return graph.reshape({ node, index: 0 }, [indices.length / seen, seen * channels]);
}

/** Zeros before the first pixel and behind the last one; of an odd number, the odd one behind. */
function paddingOf(
  { size, stride, length, isPadded }: FilterWindow,
  pixels: number,
): readonly [before: number, behind: number] {
  const total = isPadded ? Math.max((length - 1) * stride + size - pixels, 0) : 0;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function pad(graph: OperationGraph, x: Edge, [rows, columns]: readonly [readonly number[], readonly number[]]): Edge {
  const { shape, type } = typeOf(x);
  const paddings = [0, 0, ...rows, ...columns, 0, 0];
  const node = graph.add({
    op: 'Pad',
    attributes: [typeAttribute('T', type), typeAttribute('Tpaddings', 'int32')],
    inputs: [x, graph.constant([4, 2], 'int32', Int32Array.from(paddings))],
    outputs: [{ shape: shape.map((length, axis) => length + paddings[2 * axis]! + paddings[2 * axis + 1]!), type }],
  });
  return { node, index: 0 };
}

function* grid(height: number, width: number): Generator<readonly [row: number, column: number]> {
  for (let row = 0; row < height; row += 1) for (let column = 0; column < width; column += 1) yield [row, column];
}
