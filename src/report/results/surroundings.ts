import type { StageSummary } from '../../engine/index.ts';
import { isJsonObject, type JsonObject } from '../../json/json.ts';

/** What of a device makes other bytes of the same computation. */
const telling = ['backend', 'kind', 'name', 'threads', 'features', 'precision'] as const;

/** Where results were computed on devices of different classes: what differs, and the values with how many results each made. */
export interface OtherDevices {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly stages: readonly string[] }[];
}

/** In what the devices differ that made some results; empty where they are of one class. */
export function otherDevices(stages: readonly StageSummary[]): readonly OtherDevices[] {
  return telling.flatMap((field) => {
    const stagesOf = new Map<string, string[]>();
    for (const { id, provenance } of stages) {
      const device = deviceOf(provenance);
      if (!device || device[field] === undefined) continue;
      const value = wordsOf(device[field]);
      stagesOf.set(value, [...(stagesOf.get(value) ?? []), id]);
    }
    const values = [...stagesOf].map(([value, own]) => ({ value, stages: own }));
    return values.length > 1 ? [{ field, values }] : [];
  });
}

/** A sentence for each difference: a difference of results may be one of devices. */
export function otherDevicesWords(differing: readonly OtherDevices[]): readonly string[] {
  return differing.map(({ field, values }) => {
    const parts = values.map(({ value, stages }) => `${value} (${some(stages)})`);
    return `results were computed with different ${fieldWords[field] ?? field}: ${parts.join('; ')}. The same computation may give other bytes there, so that differences are not of the models alone`;
  });
}

const fieldWords: Readonly<Record<string, string>> = {
  backend: 'backends',
  kind: 'kinds of device',
  name: 'devices',
  threads: 'numbers of threads',
  features: 'processor features',
  precision: 'precisions',
};

function deviceOf(provenance: JsonObject): JsonObject | undefined {
  const ranOn = provenance['ranOn'];
  const device = isJsonObject(ranOn) ? ranOn['device'] : undefined;
  return isJsonObject(device) ? device : undefined;
}

function wordsOf(value: JsonObject[string] | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function some(stages: readonly string[]): string {
  const shown = stages.slice(0, 3).join(', ');
  return stages.length > 3 ? `${shown} and ${stages.length - 3} more` : shown;
}
