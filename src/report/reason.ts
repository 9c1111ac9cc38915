import type { MissReason } from '../engine/plan.ts';

/** Why a stage runs, in a few words: `with.temperature: 10 -> 4`. */
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
    case 'changed':
      return reason.changes
        .map((change) => `${change.field}: ${change.before ?? '(none)'} -> ${change.after ?? '(none)'}`)
        .join(', ');
  }
}
