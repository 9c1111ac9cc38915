import type { Json } from '../json/json.ts';
import { closest } from '../problem/suggest.ts';
import { type Entry, type Located, locateNode, toJson } from './document-node.ts';
import type { JsonSchema } from './kind.ts';
import type { ProblemList } from './problem-list.ts';
import { type Validator, type Violation, validatorOf } from './validator.ts';
import { wordsFor } from './violation-words.ts';

/** A value to check: its place in the document, and the path that messages begin with. */
export interface Subject {
  readonly entry: Entry;
  readonly path: readonly string[];
  /** What messages call the document (default: the pipeline). */
  readonly whole?: string;
}

/**
 * Checks a value against a JSON Schema, and reports each violation at the place of the wrong value. Returns the value with defaults filled
 * in, or undefined if it does not match.
 */
export async function validate(subject: Subject, schema: JsonSchema, problems: ProblemList): Promise<Json | undefined> {
  const check: Validator = await validatorOf(schema);
  const value = toJson(subject.entry.value);
  const violations = check(value);
  for (const violation of withoutEchoes(violations)) report(violation, subject, problems);
  return violations.length === 0 ? value : undefined;
}

function report(violation: Violation, { entry, path, whole }: Subject, problems: ProblemList): void {
  const at = locateNode(entry, path, pointerSteps(violation.instancePath), whole);
  if (at.node.kind === 'invalid') return;
  const words = wordsFor(violation, at.name, at.node);
  const origin = originOf(violation, words.key, at);
  problems.add(words.message, origin, { hint: words.hint, usedAs: at.usedAs });
}

/** An unknown key is shown at the key, a missing one at its object (or where it was removed). */
function originOf(violation: Violation, key: string | undefined, { node, key: named }: Located) {
  if (node.kind !== 'map') return node.origin;
  if (key !== undefined) {
    const entry = node.entries.get(key);
    return violation.keyword === 'discriminator' ? (entry?.value.origin ?? named) : (entry?.key ?? named);
  }
  const missing = violation.params['missingProperty'];
  return (typeof missing === 'string' ? node.removed?.get(missing) : undefined) ?? named;
}

/**
 * Leaves out violations that only repeat another: the inside of `contains` and `propertyNames`, the outside of `if`, all but the nearest
 * form of `anyOf` and `oneOf`, and a missing key that was misspelt or that distinguishes the forms.
 */
function withoutEchoes(violations: readonly Violation[]): readonly Violation[] {
  const unknown = violations.flatMap(({ keyword, instancePath, params }) =>
    keyword === 'additionalProperties' ? [{ instancePath, key: String(params['additionalProperty']) }] : [],
  );
  const isExplained = ({ keyword, instancePath, params }: Violation): boolean => {
    if (keyword !== 'required') return false;
    const missing = String(params['missingProperty']);
    const beside = (other: { readonly instancePath: string }) => other.instancePath === instancePath;
    return (
      unknown.some((other) => beside(other) && closest(other.key, [missing]) !== undefined) ||
      violations.some((other) => beside(other) && other.keyword === 'discriminator' && other.params['tag'] === missing)
    );
  };
  const wholes = violations.filter(({ keyword }) => keyword === 'contains' || keyword === 'propertyNames');
  return bestForms(violations).filter(
    (violation) =>
      violation.keyword !== 'if' &&
      !isExplained(violation) &&
      !wholes.some(({ schemaPath }) => violation.schemaPath.startsWith(`${schemaPath}/`)),
  );
}

/** For each failed choice of forms, keeps the violations of the nearest form. */
function bestForms(violations: readonly Violation[]): readonly Violation[] {
  const choice = violations.find(({ keyword, schemaPath }) => {
    const isChoice = keyword === 'anyOf' || keyword === 'oneOf';
    return isChoice && violations.some((other) => other.schemaPath.startsWith(`${schemaPath}/`));
  });
  if (!choice) return violations;
  const prefix = `${choice.schemaPath}/`;
  const forms = new Map<string, Violation[]>();
  for (const violation of violations) {
    if (!violation.schemaPath.startsWith(prefix) || !violation.instancePath.startsWith(choice.instancePath)) continue;
    const form = violation.schemaPath.slice(prefix.length).split('/')[0]!;
    forms.set(form, [...(forms.get(form) ?? []), violation]);
  }
  const others = violations.filter(
    (violation) => violation !== choice && ![...forms.values()].flat().includes(violation),
  );
  const isWrongKind = (form: readonly Violation[]) =>
    form.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === choice.instancePath);
  const candidates = [...forms.values()].filter((form) => !isWrongKind(form)).sort((a, b) => a.length - b.length);
  if (candidates[0]) return bestForms([...others, ...candidates[0]]);
  const types = [...forms.values()].flat().flatMap(({ params }) => params['type'] ?? []);
  return bestForms([...others, { ...choice, keyword: 'type', params: { type: types } }]);
}

function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
