/** Pixels between cells and around them, white. */
const gap = 2;

/** A picture: bytes [height, width, 3]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Puts square images side by side, row after row, on white.
 * @param cells [side, side, 3] bytes each. @param scale every pixel becomes so many across and down.
 */
export function grid(cells: readonly Uint8Array[], side: number, columns: number, scale: number): Picture {
  const across = Math.min(columns, cells.length);
  const down = Math.ceil(cells.length / columns);
  const pitch = side * scale + gap;
  const width = across * pitch + gap;
  const height = down * pitch + gap;
  const rgb = new Uint8Array(width * height * 3).fill(255);
  for (const [index, cell] of cells.entries()) {
    const left = gap + (index % columns) * pitch;
    const top = gap + Math.floor(index / columns) * pitch;
    for (let y = 0; y < side * scale; y++) {
      for (let x = 0; x < side * scale; x++) {
        const from = (Math.floor(y / scale) * side + Math.floor(x / scale)) * 3;
        rgb.set(cell.subarray(from, from + 3), ((top + y) * width + left + x) * 3);
      }
    }
  }
  return { width, height, rgb };
}

/** A picture as a PNG: the same bytes on every machine, for it is compressed by JavaScript. */
export async function encodePng({ width, height, rgb }: Picture): Promise<Uint8Array> {
  const { encode } = await import('fast-png');
  return encode({ width, height, data: rgb, channels: 3, depth: 8 });
}
