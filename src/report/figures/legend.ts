import type { Study } from '../results/study.ts';
import type { Figure } from './figure.ts';
import { leads, type ModelRole, roleOf, shortNames } from './roles.ts';

/** The three roles, if there are models for them, named by stage. */
export function legendOf(study: Study): Figure['legend'] {
  const found = new Map<ModelRole, Set<string>>();
  const name = shortNames(study.models);
  for (const model of study.models) {
    const role = roleOf(study, model);
    found.set(role, (found.get(role) ?? new Set()).add(name({ ...model, name: model.stage })));
  }
  const words = (role: ModelRole) => {
    const names = [...(found.get(role) ?? [])];
    const others = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return named(role, others);
  };
  return (['student', 'teacher', 'control'] as const)
    .filter((role) => found.has(role))
    .map((role) => [role, words(role)] as const);
}

/** The best, its teacher and the control, by name. */
export function legendOfLeads(study: Study): Figure['legend'] {
  const name = shortNames(study.models);
  return leads(study).map(({ role, model }) => [role, named(role, name(model))] as const);
}

/** A name with its role, unless they are equal. */
function named(role: ModelRole, name: string): string {
  return role === 'student' || name === role ? name : `${name} (${role})`;
}
