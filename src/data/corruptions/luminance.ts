const red = Math.fround(0.299);
const green = Math.fround(0.587);
const blue = Math.fround(0.114);

/**
 * The grey of every pixel, 0.299 R + 0.587 G + 0.114 B of the values 0..1.
 * In single precision with fused multiply-adds, OpenCV's order on processors that have them.
 * @param image bytes [pixels, 3]. @returns values [pixels] of 0..1.
 */
export function luminance(image: Uint8Array): Float32Array {
  const grey = new Float32Array(image.length / 3);
  const unit = (index: number) => Math.fround(image[index]! / 255);
  for (let i = 0; i < grey.length; i++) {
    const greenAndRed = Math.fround(red * unit(3 * i) + Math.fround(green * unit(3 * i + 1)));
    grey[i] = blue * unit(3 * i + 2) + greenAndRed;
  }
  return grey;
}
