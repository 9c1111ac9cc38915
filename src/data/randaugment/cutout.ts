const grey = 128;

/**
 * Blanks a box, as far as it lies in the image, to grey 128.
 * @param image [side, side, 3] bytes, changed in place. @param half half the box's side. @param y and x: its centre.
 */
export function cutOut(image: Uint8Array, side: number, half: number, y: number, x: number): void {
  const left = Math.max(0, x - half) * 3;
  const right = Math.min(side, x + half) * 3;
  if (right <= left) return;
  const bottom = Math.min(side, y + half);
  for (let row = Math.max(0, y - half); row < bottom; row++) {
    image.fill(grey, row * side * 3 + left, row * side * 3 + right);
  }
}
