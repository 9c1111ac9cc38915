import { isJsonObject, type Json } from '../../json/json.ts';

/** The output under which a record stores the curves that a stage reported; no stage may declare an output of this name. */
export const curvesOutput = 'curves';

/** The file of that output. */
export const curvesFile = 'curves.json';

/** A metric over the steps of a stage; `values[i]` was reported at `steps[i]`, null if it was not a finite number. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Longer curves lose every second point: no chart shows more, and memory is bounded. */
const mostPoints = 10_000;

/** More curves than this are a mistake, such as a name that contains the step. */
const mostCurves = 1_000;

interface Points {
  readonly steps: number[];
  readonly values: (number | null)[];
  /** One report in this many is kept. */
  stride: number;
  reports: number;
  /** The newest report, if it is not among those kept: a curve must end where it ended. */
  last: readonly [step: number, value: number | null] | undefined;
}

/** Collects what a stage reports at its steps. */
export class Curves {
  readonly #curves = new Map<string, Points>();
  readonly #most: number;

  /** @param most longer curves lose every second point. */
  constructor(most = mostPoints) {
    this.#most = most;
  }

  add(step: number, values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.#add(name, step, Number.isFinite(value) ? value : null);
  }

  get isEmpty(): boolean {
    return this.#curves.size === 0;
  }

  /** The text of a file that `readCurves` reads. */
  text(): string {
    return `${JSON.stringify(this.file())}\n`;
  }

  /** The content of that text. */
  file(): { readonly format: 1; readonly curves: Readonly<Record<string, Curve>> } {
    const curves = [...this.#curves].map(([name, { steps, values, last }]): [string, Curve] => [
      name,
      last ? { steps: [...steps, last[0]], values: [...values, last[1]] } : { steps, values },
    ]);
    return { format: 1, curves: Object.fromEntries(curves) };
  }

  #add(name: string, step: number, value: number | null): void {
    const known = this.#curves.get(name);
    if (!known && this.#curves.size >= mostCurves) return;
    const points = known ?? { steps: [], values: [], stride: 1, reports: 0, last: undefined };
    this.#curves.set(name, points);
    const isKept = points.reports % points.stride === 0;
    points.reports += 1;
    points.last = isKept ? undefined : [step, value];
    if (!isKept) return;
    points.steps.push(step);
    points.values.push(value);
    if (points.steps.length < this.#most) return;
    points.stride *= 2;
    for (const list of [points.steps, points.values])
      list.splice(0, list.length, ...list.filter((_, at) => at % 2 === 0));
  }
}

/** Reads the file of curves in a record, by the names of their metrics; empty if its content is invalid. */
export function readCurves(text: string): ReadonlyMap<string, Curve> {
  const file = JSON.parse(text) as Json;
  const curves = isJsonObject(file) ? file['curves'] : undefined;
  if (!isJsonObject(curves)) return new Map();
  return new Map(
    Object.entries(curves).flatMap(([name, curve]) => {
      if (!isJsonObject(curve)) return [];
      const [steps, values] = [curve['steps'], curve['values']];
      if (!Array.isArray(steps) || !Array.isArray(values)) return [];
      const points = steps.flatMap((step: Json, at) => (typeof step === 'number' ? [{ step, value: values[at] }] : []));
      const read = {
        steps: points.map(({ step }) => step),
        values: points.map(({ value }) => (typeof value === 'number' ? value : null)),
      };
      return [[name, read] as const];
    }),
  );
}
