import type { Table } from './tables.ts';

const table: Table = new Uint8Array(256);
const counts = new Int32Array(256);

/** Stretches each channel to 0..255; float32. @param image [pixels, 3] bytes, changed in place. */
export function autoContrast(image: Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    let low = 255;
    let high = 0;
    for (let i = channel; i < image.length; i += 3) {
      const byte = image[i]!;
      if (byte < low) low = byte;
      if (byte > high) high = byte;
    }
    if (high <= low || (low === 0 && high === 255)) continue;
    const scale = Math.fround(255 / (high - low));
    const offset = Math.fround(-low * scale);
    for (let byte = low; byte <= high; byte++) {
      const value = Math.fround(Math.fround(byte * scale) + offset);
      table[byte] = Math.min(Math.max(value, 0), 255);
    }
    applyToChannel(image, channel);
  }
}

/** Flattens the histogram of each channel, as PIL does. @param image [pixels, 3] bytes, changed in place. */
export function equalize(image: Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    counts.fill(0);
    for (let i = channel; i < image.length; i += 3) counts[image[i]!]!++;
    let last = 255;
    while (counts[last] === 0) last--;
    const step = Math.trunc((image.length / 3 - counts[last]!) / 255);
    if (step === 0) continue;
    // The entry of 0 is 0 itself, without the half step that rounds the others.
    table[0] = 0;
    let below = Math.trunc(step / 2);
    for (let byte = 1; byte < 256; byte++) {
      below += counts[byte - 1]!;
      table[byte] = Math.min(Math.trunc(below / step), 255);
    }
    applyToChannel(image, channel);
  }
}

function applyToChannel(image: Uint8Array, channel: number): void {
  for (let i = channel; i < image.length; i += 3) image[i] = table[image[i]!]!;
}
