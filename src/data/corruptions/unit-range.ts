/** Bytes 0..255 as real numbers 0..1, in double precision. */
export function toUnit(image: Uint8Array): Float64Array {
  const values = new Float64Array(image.length);
  for (let i = 0; i < image.length; i++) values[i] = image[i]! / 255;
  return values;
}

/** A real number as the byte CIFAR-10-C stores: clipped to [0, 1], times 255, truncated. A byte divided by 255 comes back. */
export function unitToByte(value: number): number {
  return Math.trunc(Math.min(Math.max(value, 0), 1) * 255);
}

/** Real numbers as the bytes CIFAR-10-C stores; see `unitToByte`. */
export function fromUnit(values: Float64Array): Uint8Array {
  const image = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) image[i] = unitToByte(values[i]!);
  return image;
}
