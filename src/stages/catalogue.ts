import { resolve } from 'node:path';
import type { DefinitionCatalogue, StageDefinition } from '../engine/definition.ts';
import { cifar10 } from './cifar10/kind.ts';
import { cifar10c } from './cifar10c/kind.ts';
import { drawViews } from './draw-views/kind.ts';
import { evaluate } from './evaluate/kind.ts';
import { initialWeights } from './initial-weights/kind.ts';
import { isModulePath, loadModule } from './module/load-module.ts';
import type { Services } from './services.ts';
import { shell } from './shell/kind.ts';
import { teacherLogits } from './teacher-logits/kind.ts';
import { trainStudent } from './train-student/kind.ts';
import { trainTeacher } from './train-teacher/kind.ts';

/** Every built-in stage kind. */
export function builtinDefinitions(services: Services): readonly StageDefinition[] {
  return [
    cifar10(services),
    initialWeights(services),
    trainTeacher(services),
    teacherLogits(services),
    trainStudent(services),
    cifar10c(services),
    evaluate(services),
    drawViews(services),
    shell(services),
  ];
}

/**
 * Finds stage kinds by name, and a user's own by the path of their module.
 * @param directory for relative paths of pipeline files.
 */
export function catalogueOf(definitions: readonly StageDefinition[], directory: string): DefinitionCatalogue {
  const byName = new Map(definitions.map((definition) => [definition.uses, definition]));
  const modules = new Map<string, Promise<StageDefinition>>();
  return {
    names: [...byName.keys()],
    find: async (uses, fromFile) => {
      if (!isModulePath(uses)) return byName.get(uses);
      const file = resolve(directory, fromFile);
      const name = `${file}\0${uses}`;
      const module = modules.get(name) ?? loadModule(uses, file);
      modules.set(name, module);
      return module;
    },
  };
}
