import { readFile } from 'node:fs/promises';
import { differingTensors } from '../data/index.ts';
import type { TensorDifference } from '../data/safetensors/compare.ts';
import { changedFields, fieldsOf } from '../engine/plan/changes.ts';
import { isJsonObject, type Json } from '../json/json.ts';

const shownLines = 8;

/** How the content of two files differs, one line each: by tensor, by field, or from which byte on. */
export async function fileDetails(stored: string, computed: string): Promise<readonly string[]> {
  const lines = await (stored.endsWith('.safetensors') ? tensorLines(stored, computed) : textLines(stored, computed));
  const more = lines.length - shownLines;
  return more > 0 ? [...lines.slice(0, shownLines), `and ${more} more`] : lines;
}

async function tensorLines(stored: string, computed: string): Promise<readonly string[]> {
  const differences = await differingTensors(stored, computed);
  return differences.length > 0
    ? differences.map(tensorWords)
    : ['every tensor has the same values; the header differs'];
}

function tensorWords({ name, kind, differing, total, largest }: TensorDifference): string {
  switch (kind) {
    case 'only-first':
      return `${name} is only in the stored result`;
    case 'only-second':
      return `${name} is only in the new result`;
    case 'form':
      return `${name} has a different type or shape`;
    case 'values':
      return `${name}: ${differing} of ${total} values differ, by up to ${largest?.toPrecision(3)}`;
  }
}

async function textLines(stored: string, computed: string): Promise<readonly string[]> {
  const [a, b] = await Promise.all([readFile(stored), readFile(computed)]);
  const fields = stored.endsWith('.json') ? fieldLines(a.toString(), b.toString()) : undefined;
  if (fields && fields.length > 0) return fields;
  const sizes = a.length === b.length ? `${a.length} bytes` : `${a.length} bytes before, ${b.length} bytes now`;
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return [`${sizes}, the first difference at byte ${at === -1 ? Math.min(a.length, b.length) : at}`];
}

function fieldLines(stored: string, computed: string): readonly string[] | undefined {
  const [a, b] = [stored, computed].map(parse);
  if (a === undefined || b === undefined) return undefined;
  const [before, after] = [fieldsOf({ '': a }), fieldsOf({ '': b })];
  return changedFields(before, after).map(
    (field) => `${field.slice(1)}: ${before.get(field) ?? '(none)'} before, ${after.get(field) ?? '(none)'} now`,
  );
}

function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
