import { classOf, courseOf } from '../../engine/device-class.ts';
import type { StageSummary } from '../../engine/index.ts';
import { isJsonObject } from '../../json/json.ts';
import { aboveOf, type Needs } from './needs.ts';

/** For results from devices of different classes: what differs, and each value with the stages that were computed with it. */
export interface OtherDevices {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly stages: readonly string[] }[];
}

/**
 * How the devices differ that computed some results, or the stages that these come from; empty if they are of one class. Counterparts are
 * compared: the results themselves, their trainings in the order of the graph, and their other stages by kind. That every result has a
 * teacher from a GPU and is itself from a CPU is no difference.
 */
export function otherDevices(
  results: readonly StageSummary[],
  all: readonly StageSummary[],
  needs: Needs,
): readonly OtherDevices[] {
  const lineages = results.map((result) => {
    const above = aboveOf(result.id, needs);
    return { result, stages: [...all.filter(({ id }) => above.has(id)), result] };
  });
  const tasks = new Set(lineages.flatMap(({ stages }) => stages.map(taskOf)));
  const counterparts = [
    lineages.map(({ result }) => [result]),
    ...[...tasks].map((task) => lineages.map(({ stages }) => stages.filter((stage) => taskOf(stage) === task))),
  ];
  const found = new Map<string, Map<string, Set<string>>>();
  for (const groups of counterparts) for (const field of differing(groups)) note(found, field, groups.flat());
  return [...found].map(([field, values]) => ({
    field,
    values: [...values].map(([value, stages]) => ({ value, stages: [...stages] })),
  }));
}

/** What a stage does: all trainings do the same, of whatever kind. */
function taskOf({ uses, provenance: { ranOn } }: StageSummary): string {
  const device = isJsonObject(ranOn) ? ranOn['device'] : undefined;
  return isJsonObject(device) && device['steps'] !== undefined ? 'training' : uses;
}

/** The properties whose course is not the same in all groups; what a group does not report is not compared. */
function differing(groups: readonly (readonly StageSummary[])[]): readonly string[] {
  const classes = groups.map((stages) => stages.map(({ provenance }) => classOf(provenance['ranOn'])));
  const fields = new Set(classes.flat().flatMap((each) => [...each.keys()]));
  return [...fields].filter((field) => {
    const courses = classes.map((group) => courseOf(group.map((each) => each.get(field))));
    return new Set(courses.filter((course) => course !== '')).size > 1;
  });
}

function note(found: Map<string, Map<string, Set<string>>>, field: string, stages: readonly StageSummary[]): void {
  const values = found.get(field) ?? new Map<string, Set<string>>();
  found.set(field, values);
  for (const { id, provenance } of stages) {
    const value = classOf(provenance['ranOn']).get(field);
    if (value !== undefined) values.set(value, (values.get(value) ?? new Set()).add(id));
  }
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
