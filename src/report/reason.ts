import type { FieldChange, MissReason, RunEvent } from '../engine/index.ts';

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

/** One field that differs: `with.temperature: 10 -> 4`. */
export function changeWords({ field, before, after }: FieldChange): string {
  return `${field}: ${before ?? '(none)'} -> ${after ?? '(none)'}`;
}

/** `goes on from the end of epochs 5, key 4b638ea3446f`. */
export function continuedWords(
  from: Omit<Extract<RunEvent, { readonly type: 'stage-continued' }>, 'type' | 'stage'>,
): string {
  return `goes on from the end of ${from.field} ${from.value}, key ${from.key.slice(0, 12)}`;
}
