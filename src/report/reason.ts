import type { Elsewhere, FieldChange, MissReason, RunEvent } from '../engine/index.ts';
import { fieldWords } from '../engine/plan/field-words.ts';
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

/** One field of key material that differs, in the words of users: `with.temperature: 10 -> 4`, `file train.py changed`. */
export function changeWords(change: FieldChange): string {
  const name = fieldWords(change.field);
  switch (changeOf(change)) {
    case 'new':
      return `${name} is new`;
    case 'gone':
      return `${name} is gone`;
    case 'executable':
      return `${name} is now executable`;
    case 'not executable':
      return `${name} is no longer executable`;
    case 'content':
      return `${name} changed`;
    case 'code':
      return `${moduleOf(change)} changed`;
    case 'value':
      return fromToWords({ field: name, before: valueWords(change, 'before'), after: valueWords(change, 'after') });
  }
}

/** The same seen from the later result: what the earlier one had. */
export function earlierWords(change: FieldChange): string {
  const name = fieldWords(change.field);
  switch (changeOf(change)) {
    case 'new':
      return `${name} was not read`;
    case 'gone':
      return `${name} was read, too`;
    case 'executable':
      return `${name} was not executable`;
    case 'not executable':
      return `${name} was executable`;
    case 'content':
      return `${name} was different`;
    case 'code':
      return `${moduleOf(change)} was different`;
    case 'value':
      return `${name} was ${shortPair(valueWords(change, 'before'), valueWords(change, 'after'))[0]}`;
  }
}

/** What changed about a field: of a file, of code and of what is executable, the values mean nothing to readers. */
function changeOf({ field, before, after }: FieldChange) {
  const [was, is] = [contentIn(before), contentIn(after)];
  if (was && is && was.digest === is.digest) return is.executable ? 'executable' : 'not executable';
  if (field.startsWith('facts.files.')) return before === undefined ? 'new' : after === undefined ? 'gone' : 'content';
  if (field.startsWith('facts.') && was && is) return 'content';
  return [before, after].every((value) => /\bapi\d+:[0-9a-f]{64}\b/u.test(value ?? '')) ? 'code' : 'value';
}

/** A digest as it is in key material, or shortened by the engine, which keeps the suffix only if nothing else differs. */
function contentIn(value: string | undefined): { readonly digest: string; readonly executable: boolean } | undefined {
  const [, whole, shortened] = /^(?:"([0-9a-f]{64})[/*]?"|([0-9a-f]{4,64})\u2026[/*]?)$/u.exec(value ?? '') ?? [];
  const digest = whole ?? shortened;
  return digest === undefined ? undefined : { digest, executable: value?.includes('*') ?? false };
}

function moduleOf({ field }: FieldChange): string {
  return field.startsWith('definition ') ? field.replace('definition', 'module') : 'the module';
}

function valueWords(change: FieldChange, side: 'before' | 'after'): string {
  const value = change[side];
  if (value === undefined) return '(none)';
  return value === 'null' && change.field.startsWith('facts.environment.') ? 'not set' : value;
}

/** Two values of something that has a name: `device.threads: 2 -> 1`. */
export function fromToWords({ field, before, after }: FieldChange): string {
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
function shortPair(before: string, after: string): readonly [string, string] {
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
