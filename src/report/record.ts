import type { OutputRecord, StageRecord } from '../engine/index.ts';
import { changesBetween, fieldsOf } from '../engine/plan/changes.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { shownLine } from '../problem/shown.ts';
import { earlierWords } from './reason.ts';
import { wrap } from './tables/text-table.ts';
import { duration, moment, size } from './units.ts';

type PathOf = (output: OutputRecord) => string | undefined;

/**
 * Everything in a record: what was computed, by which code on which machine, from what, and how earlier results of the same stage differ.
 * @param history newest first. @param pathOf returns the absolute path of an output's content.
 */
export function recordText(
  record: StageRecord,
  history: readonly StageRecord[],
  pathOf: PathOf,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const { provenance, material } = record;
  const sections: [title: string, lines: readonly string[]][] = [
    ['', headOf(record)],
    ['outputs', Object.entries(record.outputs).map(([name, output]) => outputLine(name, output, pathOf))],
    ['metrics', fieldLines(record.metrics)],
    ['inputs', inputLines(provenance['inputs'], material['inputs'])],
    ['key material', fieldLines(material)],
    ['settings outside the key', unkeyedLines(provenance['config'], material['config'])],
    ['before', history.map((earlier) => historyLine(earlier, record))],
  ];
  return `${sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      const within = lines.flatMap((line) => wrap(line, title === '' ? width : width - 2));
      return title === '' ? within.join('\n') : [title, ...within.map((line) => `  ${line}`)].join('\n');
    })
    .join('\n\n')}\n`;
}

/** The same as the object that `--json` prints. */
export function recordJson(record: StageRecord, history: readonly StageRecord[], pathOf: PathOf): JsonObject {
  const outputs = Object.entries(record.outputs).map(([name, output]) => [
    name,
    { ...output, path: pathOf(output) ?? null },
  ]);
  const before = history.map(({ key, finished, seconds }) => ({ key, finished, seconds }));
  return { ...(record as unknown as JsonObject), outputs: Object.fromEntries(outputs), before };
}

function headOf({ key, provenance, material, finished, seconds }: StageRecord): readonly string[] {
  const rows: [name: string, value: string][] = [
    ['stage', `${text(provenance['stage'])}, of kind ${text(material['uses'])}, version ${text(material['version'])}`],
    ['key', key],
    ['made', `${moment(finished)}, took ${duration(seconds)}`],
    ['run', `${text(provenance['run'])} of ${text(provenance['pipeline'])}`],
    ['began', continuedOf(provenance['continued'])],
    ['ran on', fieldLines(provenance['ranOn']).join(', ')],
    ['code', fieldLines(provenance['origin']).join(', ')],
  ];
  return rows.filter(([, value]) => value !== '').map(([name, value]) => `${name.padEnd(6)}  ${value}`);
}

/** The shorter computation that it continued from, if any. */
function continuedOf(continued: Json | undefined): string {
  if (!isJsonObject(continued)) return '';
  return `at the end of ${text(continued['field'])} ${text(continued['value'])}, key ${text(continued['key'])}, as was asked`;
}

function outputLine(name: string, output: OutputRecord, pathOf: PathOf): string {
  const kind = output.directory ? 'directory of ' : '';
  return `${name}  ${kind}${size(output.bytes)}  sha256 ${output.digest.slice(0, 12)}  ${pathOf(output) ?? 'not in the store'}`;
}

function inputLines(names: Json | undefined, contents: Json | undefined): readonly string[] {
  if (!isJsonObject(names)) return [];
  const digests = isJsonObject(contents) ? contents : {};
  return Object.entries(names).map(([port, from]) => `${port}: ${text(from)}, ${text(digests[port]).slice(0, 12)}`);
}

function historyLine(earlier: StageRecord, record: StageRecord): string {
  const { inputs } = record.provenance;
  const names = {
    uses: text(record.material['uses']),
    source: (input: string) => (isJsonObject(inputs) && input in inputs ? text(inputs[input]) : undefined),
  };
  const changes = changesBetween(fieldsOf(earlier.material), fieldsOf(record.material), names);
  return `${moment(earlier.finished)}  ${earlier.key.slice(0, 12)}  ${changes.map(earlierWords).join(', ')}`;
}

function unkeyedLines(config: Json | undefined, keyed: Json | undefined): readonly string[] {
  const inKey = new Set(fieldLines(keyed));
  return fieldLines(config).filter((line) => !inKey.has(line));
}

/** `name: value` for each leaf. */
export function fieldLines(value: Json | undefined): readonly string[] {
  if (!isJsonObject(value)) return [];
  return [...fieldsOf(value)].map(([field, json]) => `${field}: ${json}`);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? shownLine(value) : JSON.stringify(value ?? null);
}
