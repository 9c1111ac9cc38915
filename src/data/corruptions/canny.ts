/** The gradient of a grey image, and its magnitude. */
interface Gradient {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** |x| + |y|, with a frame of zeros one pixel wide. */
  readonly magnitude: Int32Array;
}

/** tan 22.5° and tan 67.5°, which differ by exactly 2; in fractions of 2^15, as in OpenCV. */
const tangentBits = 15;
const tangent22 = Math.round((Math.SQRT2 - 1) * 2 ** tangentBits);

/**
 * Edges by Canny (1986), like `cv2.Canny`: 3x3 Sobel gradients, their L1 norm, thinned to ridges of four directions; ridges above `high`
 * count, and those above `low` that are connected to them.
 * @param image bytes [height, width]. @returns 1 on edges and 0 elsewhere, [height, width].
 */
export function canny(image: Uint8Array, width: number, low: number, high: number): Uint8Array {
  const height = image.length / width;
  const gradient = sobel(image, width, height);
  const edges = new Uint8Array(image.length);
  const ridges = new Uint8Array(image.length);
  const growing: number[] = [];
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const place = (y + 1) * (width + 2) + x + 1;
      const magnitude = gradient.magnitude[place]!;
      if (magnitude <= low || !isRidge(gradient, pixel, place, width + 2)) continue;
      ridges[pixel] = 1;
      if (magnitude <= high) continue;
      edges[pixel] = 1;
      growing.push(pixel);
    }
  }
  for (let pixel = growing.pop(); pixel !== undefined; pixel = growing.pop()) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
      for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
        const neighbour = row * width + column;
        if (!ridges[neighbour] || edges[neighbour]) continue;
        edges[neighbour] = 1;
        growing.push(neighbour);
      }
    }
  }
  return edges;
}

/** Whether a pixel is at least as steep as both neighbours along its gradient. Of two equal ones in a row, the first is the ridge. */
function isRidge({ x, y, magnitude }: Gradient, pixel: number, place: number, stride: number): boolean {
  const here = magnitude[place]!;
  const across = Math.abs(x[pixel]!);
  const down = Math.abs(y[pixel]!) << tangentBits;
  const slant = across * tangent22;
  if (down < slant) return here > magnitude[place - 1]! && here >= magnitude[place + 1]!;
  if (down > slant + (across << (tangentBits + 1))) {
    return here > magnitude[place - stride]! && here >= magnitude[place + stride]!;
  }
  const side = (x[pixel]! ^ y[pixel]!) < 0 ? -1 : 1;
  return here > magnitude[place - stride - side]! && here > magnitude[place + stride + side]!;
}

/** 3x3 Sobel derivatives, border pixels repeated outside. */
function sobel(image: Uint8Array, width: number, height: number): Gradient {
  const x = new Int32Array(image.length);
  const y = new Int32Array(image.length);
  const magnitude = new Int32Array((width + 2) * (height + 2));
  for (let row = 0, pixel = 0; row < height; row++) {
    const above = Math.max(row - 1, 0) * width;
    const level = row * width;
    const below = Math.min(row + 1, height - 1) * width;
    for (let column = 0; column < width; column++, pixel++) {
      const left = Math.max(column - 1, 0);
      const right = Math.min(column + 1, width - 1);
      const falling = image[below + right]! - image[above + left]!;
      const rising = image[above + right]! - image[below + left]!;
      const dx = falling + rising + 2 * (image[level + right]! - image[level + left]!);
      const dy = falling - rising + 2 * (image[below + column]! - image[above + column]!);
      x[pixel] = dx;
      y[pixel] = dy;
      magnitude[(row + 1) * (width + 2) + column + 1] = Math.abs(dx) + Math.abs(dy);
    }
  }
  return { x, y, magnitude };
}
