import type { Elsewhere, FieldChange, MissReason, RunEvent } from '../engine/index.ts';
import { moment } from './units.ts';

const changesInOneLine = 3;

/** Why a stage runs, in one line: `with.temperature: 10 -> 4`. */
export function reasonWords(reason: MissReason): string {
  switch (reason.kind) {
    case 'never-run':
      return 'never run';
    case 'forced':
      return 'forced';
    case 'object-missing':
      return `its output ${reason.output} is missing from the store`;
    case 'object-damaged':
      return `its output ${reason.output} was damaged in the store`;
    case 'changed': {
      const words = reason.changes.slice(0, changesInOneLine).map(changeWords);
      const more = reason.changes.length - words.length;
      return [...words, ...(more > 0 ? [`${more} more`] : [])].join(', ');
    }
  }
}

/** Where a result was found that is not in this store, and who signed it. */
export function elsewhereWords({ address, signer }: Elsewhere): string {
  return `from ${address}, ${signer === undefined ? 'not signed' : `signed by ${signer}`}`;
}

/** One field that differs: `with.temperature: 10 -> 4`. */
export function changeWords({ field, before, after }: FieldChange): string {
  const [was, is] = shortPair(shortDigest(before) ?? '(none)', shortDigest(after) ?? '(none)');
  return `${field}: ${was} -> ${is}`;
}

/** A digest, shortened; anything else unchanged. */
function shortDigest(value: string | undefined): string | undefined {
  return value?.replace(/^"?([0-9a-f]{12})[0-9a-f]{52}[/*]?"?$/u, '$1…');
}

const widestValue = 60;
/** How much of a common beginning is kept, so that readers find the place. */
const sharedCharacters = 12;

/** Two values, cut to where they differ if they are long. */
export function shortPair(before: string, after: string): readonly [string, string] {
  if (Math.max(before.length, after.length) <= widestValue) return [before, after];
  let shared = 0;
  while (shared < before.length && before[shared] === after[shared]) shared += 1;
  const from = Math.max(0, shared - sharedCharacters);
  const cut = (text: string) => {
    const rest = text.slice(from);
    const end = rest.length > widestValue ? `${rest.slice(0, widestValue - 1)}…` : rest;
    return from > 0 ? `…${end}` : end;
  };
  return [cut(before), cut(after)];
}

/** The lines that explain why a stage would run, one field per line. */
export function reasonLines(reason: MissReason): readonly string[] {
  if (reason.kind === 'changed') {
    const { against, changes } = reason;
    const since = against
      ? [`since its nearest result, ${against.key.slice(0, 12)} of ${moment(against.finished)}:`]
      : [];
    return [...since, ...changes.map(changeWords)];
  }
  if (reason.kind !== 'never-run') return [reasonWords(reason)];
  if (!reason.like) return ['it has never run here'];
  const { stage, pipeline, key, changes } = reason.like;
  return [
    'it has never run here',
    `the nearest result of its kind belongs to ${stage} in ${pipeline}, ${key.slice(0, 12)}, and differs in:`,
    ...changes.map(changeWords),
  ];
}

/** `continues from the end of epochs 5, key 4b638ea3446f`. */
export function continuedWords(
  from: Omit<Extract<RunEvent, { readonly type: 'stage-continued' }>, 'type' | 'stage'>,
): string {
  return `continues from the end of ${from.field} ${from.value}, key ${from.key.slice(0, 12)}`;
}
