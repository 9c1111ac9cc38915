/** Round values that divide a range into about `count` steps, from the first at or above `low`. */
export function ticks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  // From whole numbers: 0.1 + 0.2 would be a tick beside 0.3.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Maps a range of values to a range of pixels. */
export function scale([low, high]: readonly [number, number], [from, to]: readonly [number, number]) {
  return (value: number) => Math.round((from + ((value - low) / (high - low)) * (to - from)) * 100) / 100;
}

/** The range of values with a little room around it; never empty. */
export function extent(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}
