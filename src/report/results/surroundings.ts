import type { StageSummary } from '../../engine/index.ts';
import { isJsonObject, type JsonObject } from '../../json/json.ts';

/** For results from devices of different classes: what differs, and each value with the number of its results. */
export interface OtherDevices {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly stages: readonly string[] }[];
}

/** How the devices differ that computed some results; empty if they are of one class. */
export function otherDevices(stages: readonly StageSummary[]): readonly OtherDevices[] {
  const found = new Map<string, Map<string, string[]>>();
  for (const { id, provenance } of stages) {
    for (const [field, value] of classOf(provenance)) {
      const values = found.get(field) ?? new Map<string, string[]>();
      const own = values.get(value) ?? [];
      own.push(id);
      found.set(field, values.set(value, own));
    }
  }
  return [...found].flatMap(([field, values]) =>
    values.size > 1 ? [{ field, values: [...values].map(([value, own]) => ({ value, stages: own })) }] : [],
  );
}

/** Properties of a device that lead to different bytes: docs/reproducibility.md. The name of a CPU is not one, its features are. */
function* classOf({ ranOn }: JsonObject): Generator<readonly [field: string, value: string]> {
  const device = isJsonObject(ranOn) ? ranOn['device'] : undefined;
  if (!isJsonObject(device)) return;
  const isDescribed = device['features'] !== undefined;
  const fields = ['backend', 'version', 'kind', isDescribed ? 'features' : 'name', 'threads', 'precision', 'steps'];
  for (const field of fields) {
    const value = device[field];
    if (value !== undefined) yield [field, typeof value === 'string' ? value : JSON.stringify(value)];
  }
  if (device['kind'] === 'gpu') yield ['deterministic', String(device['deterministic'] === true)];
}

/** A sentence for each difference: a difference between results may come from the devices. */
export function otherDevicesWords(differing: readonly OtherDevices[]): readonly string[] {
  return differing.map(({ field, values }) => {
    const parts = values.map(({ value, stages }) => `${value} (${some(stages)})`);
    return `results were computed with different ${fieldWords[field] ?? field}: ${parts.join('; ')}. The same computation may produce different bytes there, so differences may not come from the models alone`;
  });
}

const fieldWords: Readonly<Record<string, string>> = {
  backend: 'backends',
  version: 'versions of the library',
  deterministic: 'kernels (--deterministic or not)',
  kind: 'kinds of device',
  name: 'devices',
  threads: 'numbers of threads',
  features: 'processor features',
  precision: 'precisions',
  steps: 'ways to compute steps',
};

function some(stages: readonly string[]): string {
  const shown = stages.slice(0, 3).join(', ');
  return stages.length > 3 ? `${shown} and ${stages.length - 3} more` : shown;
}
