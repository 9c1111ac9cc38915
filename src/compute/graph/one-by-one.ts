import type { Values } from '../program.ts';
import { joined, partOf } from '../values.ts';

/** Calls a function `times` times, each time with the next part of each input; what the calls return comes one behind the other. */
export function oneByOne(
  times: number,
  inputs: Readonly<Record<string, Values>>,
  call: (inputs: Readonly<Record<string, Values>>) => Readonly<Record<string, Float32Array>>,
): Readonly<Record<string, Float32Array>> {
  const parts = Array.from({ length: times }, (_, at) =>
    call(Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, partOf(values, at, times)]))),
  );
  const names = Object.keys(parts[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, joined(parts.map((each) => each[name]!))]));
}
