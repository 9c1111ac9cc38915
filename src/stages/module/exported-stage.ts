import { curvesOutput } from '../../engine/run/curves.ts';
import { whyNotBelow } from '../../schema/path-below.ts';

const name = /^[A-Za-z_][A-Za-z0-9_-]*$/u;

/** Why a module's default export is not a stage, in one clause; undefined if it is one. */
export function whyNoStage(exported: unknown): string | undefined {
  if (exported === undefined) return 'it has no default export';
  if (!isObject(exported)) return 'its default export is not an object';
  const { summary, schema, inputs, outputs, run } = exported;
  if (typeof summary !== 'string') return 'it has no `summary`';
  if (!isObject(schema)) return 'it has no `schema` of its settings';
  if (!isObject(inputs)) return 'it has no `inputs`, which may be {}';
  if (!isObject(outputs)) return 'it has no `outputs`';
  if (typeof run !== 'function') return 'it has no function `run`';
  return (
    Object.keys(inputs).flatMap((port) => whyNotName('input', port) ?? [])[0] ??
    Object.entries(outputs).flatMap(([port, output]) => whyNotOutput(port, output) ?? [])[0]
  );
}

function whyNotName(what: string, port: string): string | undefined {
  return name.test(port)
    ? undefined
    : `the name of its ${what} ${JSON.stringify(port)} is not made of letters, digits, "-" and "_"`;
}

function whyNotOutput(port: string, output: unknown): string | undefined {
  if (port === curvesOutput)
    return `an output cannot be named "${curvesOutput}": pipe stores the curves of the stage under that name`;
  const why = whyNotName('output', port);
  if (why !== undefined) return why;
  if (!isObject(output) || typeof output['file'] !== 'string') return `its output "${port}" has no \`file\``;
  const issue = whyNotBelow(output['file']);
  return issue && `the file of its output "${port}" ${issue.message}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
