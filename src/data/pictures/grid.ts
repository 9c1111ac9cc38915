/** Pixels between cells and around them, white. */
const gap = 2;

/** A picture: bytes [height, width, 3]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The layout of square images in a grid. */
export interface GridForm {
  /** Pixels of an image's side. */
  readonly side: number;
  /** Every pixel is drawn as this many across and down. */
  readonly scale: number;
  readonly columns: number;
}

/** Puts square images next to each other, row after row, on white. @param cells [side, side, 3] bytes each. */
export function grid(cells: readonly Uint8Array[], form: GridForm): Picture {
  const { side, scale } = form;
  const { width, height } = gridSize(cells.length, form);
  const rgb = new Uint8Array(width * height * 3).fill(255);
  for (const [index, cell] of cells.entries()) {
    const [left, top] = placeOf(index, form);
    for (let y = 0; y < side * scale; y++) {
      for (let x = 0; x < side * scale; x++) {
        const from = (Math.floor(y / scale) * side + Math.floor(x / scale)) * 3;
        rgb.set(cell.subarray(from, from + 3), ((top + y) * width + left + x) * 3);
      }
    }
  }
  return { width, height, rgb };
}

/** The size in pixels of a grid of this many images. */
export function gridSize(count: number, { side, scale, columns }: GridForm): Pick<Picture, 'width' | 'height'> {
  const pitch = side * scale + gap;
  return { width: Math.min(columns, count) * pitch + gap, height: Math.ceil(count / columns) * pitch + gap };
}

/** The original image at a position of a grid: [side, side, 3] bytes. */
export function cellAt({ width, rgb }: Picture, index: number, form: GridForm): Uint8Array {
  const { side, scale } = form;
  const [left, top] = placeOf(index, form);
  const cell = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((top + y * scale) * width + left + x * scale) * 3;
      cell.set(rgb.subarray(from, from + 3), (y * side + x) * 3);
    }
  }
  return cell;
}

function placeOf(index: number, { side, scale, columns }: GridForm): readonly [left: number, top: number] {
  const pitch = side * scale + gap;
  return [gap + (index % columns) * pitch, gap + Math.floor(index / columns) * pitch];
}

/** A picture as a PNG: the same bytes on every machine, because JavaScript compresses it. */
export async function encodePng({ width, height, rgb }: Picture): Promise<Uint8Array> {
  const { encode } = await import('fast-png');
  return encode({ width, height, data: rgb, channels: 3, depth: 8 });
}
