import type { FileDifference, OutputComparison, Rerun } from '../engine/index.ts';
import type { JsonObject } from '../json/json.ts';
import { duration } from './units.ts';

/** A stage computed again, and which files it opened that it does not declare. */
export interface Audit {
  readonly rerun: Rerun;
  readonly opened:
    | { readonly read: readonly string[]; readonly written: readonly string[] }
    /** Why the system cannot show it, in one clause. */
    | { readonly unseen: string };
}

/** What came of computing stages again, a paragraph each. */
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
    ...(surroundings.length > 0 ? [`  the stored result is of other surroundings: ${surroundings.join(', ')}`] : []),
    ...openedLines(opened).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function outputLines({ output, stored, computed, isIdentical, files }: OutputComparison, width: number): string[] {
  const [before, after] = [stored.digest.slice(0, 12), computed.digest.slice(0, 12)];
  const name = output.padEnd(width);
  if (isIdentical) return [`  ${name}  identical  sha256 ${before}`];
  return [`  ${name}  differs    sha256 ${before} is stored, ${after} came out again`, ...files.flatMap(fileLines)];
}

function fileLines({ path, difference, details }: FileDifference): string[] {
  const what = { changed: '', 'only-stored': ' is only in the stored one', 'only-computed': ' came out only now' };
  const head = path === '' ? [] : [`    ${path}${what[difference]}`];
  return [...head, ...details.map((line) => `      ${line}`)];
}

function openedLines(opened: Audit['opened']): readonly string[] {
  if ('unseen' in opened) return [`which files it opened cannot be seen: ${opened.unseen}`];
  const lines = [
    ...opened.read.map((path) => `opened ${path}, which it does not declare: the key does not know of it`),
    ...opened.written.map((path) => `wrote ${path}, which is none of its outputs`),
  ];
  return lines.length > 0 ? lines : ['opened no file that it does not declare'];
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
