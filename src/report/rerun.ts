import type { FileDifference, OutputComparison, Rerun } from '../engine/index.ts';
import { fieldWords } from '../engine/plan/field-words.ts';
import type { JsonObject } from '../json/json.ts';
import { duration } from './units.ts';

/** A stage computed again, and the undeclared files that it opened. */
export interface Audit {
  readonly rerun: Rerun;
  readonly opened:
    | { readonly read: readonly string[]; readonly written: readonly string[] }
    /** Why the system cannot show it, in one clause. */
    | { readonly unseen: string };
}

/** The result of computing stages again, one paragraph each. */
export function rerunText(audits: readonly Audit[]): string {
  return audits.map(auditText).join('\n');
}

function auditText({ rerun, opened }: Audit): string {
  const { stage, key, stored, computed, outputs, surroundings } = rerun;
  const isIdentical = outputs.every((output) => output.isIdentical);
  const width = Math.max(...outputs.map(({ output }) => output.length));
  const took = `${duration(computed.seconds)}, ${duration(stored.seconds)} when it was stored`;
  const lines = [
    `${stage}: ${isIdentical ? 'identical' : 'differs'} (key ${key.slice(0, 12)}; took ${took})`,
    ...outputs.flatMap((comparison) => outputLines(comparison, width)),
    ...(surroundings.length > 0
      ? [`  the stored result was computed in another environment: ${surroundings.map(fieldWords).join(', ')}`]
      : []),
    ...openedLines(opened).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function outputLines({ output, stored, computed, isIdentical, files }: OutputComparison, width: number): string[] {
  const [before, after] = [stored.digest.slice(0, 12), computed.digest.slice(0, 12)];
  const name = output.padEnd(width);
  if (isIdentical) return [`  ${name}  identical  sha256 ${before}`];
  return [`  ${name}  differs    sha256 ${before} before, ${after} now`, ...files.flatMap(fileLines)];
}

function fileLines({ path, difference, details }: FileDifference): string[] {
  const what = {
    changed: '',
    'only-stored': ' is only in the stored result',
    'only-computed': ' is only in the new result',
  };
  const head = path === '' ? [] : [`    ${path}${what[difference]}`];
  return [...head, ...details.map((line) => `      ${line}`)];
}

function openedLines(opened: Audit['opened']): readonly string[] {
  if ('unseen' in opened) return [`the files that it opened are unknown: ${opened.unseen}`];
  const lines = [
    ...opened.read.map((path) => `opened ${path}, which it does not declare, so the key does not depend on it`),
    ...opened.written.map((path) => `wrote ${path}, which is not one of its outputs`),
  ];
  return lines.length > 0 ? lines : ['opened only files that it declares'];
}

/** The same as the object that `--json` prints. */
export function rerunJson(audits: readonly Audit[]): JsonObject {
  return { stages: audits.map(auditJson) };
}

function auditJson({ rerun, opened }: Audit): JsonObject {
  const { stage, key, stored, computed, outputs, surroundings } = rerun;
  return {
    stage,
    key,
    identical: outputs.every((output) => output.isIdentical),
    seconds: { stored: stored.seconds, computed: computed.seconds },
    outputs: Object.fromEntries(
      outputs.map(({ output, isIdentical, files, ...digests }) => [
        output,
        {
          identical: isIdentical,
          stored: digests.stored.digest,
          computed: digests.computed.digest,
          files: files.map((file) => ({ ...file })),
        },
      ]),
    ),
    otherSurroundings: surroundings,
    opened: { ...opened },
  };
}
