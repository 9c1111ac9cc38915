/** One table per channel, and one histogram per channel, one after the other. */
const tables = new Uint8Array(3 * 256);
const counts = new Int32Array(3 * 256);

/** Stretches each channel to 0..255. @param image [pixels, 3] bytes, changed in place. @param round each result (default: to float32). */
export function autoContrast(image: Uint8Array, round: (value: number) => number = Math.fround): void {
  count(image);
  for (let channel = 0; channel < 3 * 256; channel += 256) {
    const low = lowest(channel);
    const high = highest(channel);
    const scale = round(255 / (high - low));
    const offset = round(-low * scale);
    for (let byte = low; byte <= high; byte++) {
      const value = round(round(byte * scale) + offset);
      tables[channel + byte] = high > low ? Math.min(Math.max(value, 0), 255) : byte;
    }
  }
  applyTables(image);
}

/** Flattens the histogram of each channel, as PIL does. @param image [pixels, 3] bytes, changed in place. */
export function equalize(image: Uint8Array): void {
  count(image);
  for (let channel = 0; channel < 3 * 256; channel += 256) {
    const step = Math.trunc((image.length / 3 - counts[channel + highest(channel)]!) / 255);
    // The entry of 0 is exactly 0, without the half step that rounds the others.
    tables[channel] = 0;
    let below = Math.trunc(step / 2);
    for (let byte = 1; byte < 256; byte++) {
      below += counts[channel + byte - 1]!;
      tables[channel + byte] = step === 0 ? byte : Math.min(Math.trunc(below / step), 255);
    }
  }
  applyTables(image);
}

function count(image: Uint8Array): void {
  counts.fill(0);
  for (let i = 0; i < image.length; i += 3) {
    counts[image[i]!]!++;
    counts[256 + image[i + 1]!]!++;
    counts[512 + image[i + 2]!]!++;
  }
}

function lowest(channel: number): number {
  let byte = 0;
  while (counts[channel + byte] === 0) byte++;
  return byte;
}

function highest(channel: number): number {
  let byte = 255;
  while (counts[channel + byte] === 0) byte--;
  return byte;
}

function applyTables(image: Uint8Array): void {
  for (let i = 0; i < image.length; i += 3) {
    const red = tables[image[i]!]!;
    const green = tables[256 + image[i + 1]!]!;
    const blue = tables[512 + image[i + 2]!]!;
    image[i] = red;
    image[i + 1] = green;
    image[i + 2] = blue;
  }
}
