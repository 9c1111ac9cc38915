import type { StageDefinition, WorkplaceContext } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import type { Ports } from '../../schema/kind.ts';
import { defineStage, definitionOf } from '../define.ts';
import type { Services } from '../services.ts';
import { checkMatches, checkShell } from './check.ts';
import { type ShellConfig, shellShape } from './schema.ts';

/** The stage kind `shell`: a command with declared files, inputs and outputs, in a clean folder. */
export function shell(services: Services): StageDefinition {
  const stage = defineStage({
    ...shellShape,
    summary: 'Runs a command in a clean folder that contains only its declared files and inputs.',
    files: ({ files }) => files,
    environment: ({ pass }) => pass,
    secrets: ({ secrets }) => secrets,
    check: checkShell,
    source: (config, world) => ({ facts: async () => ({}), check: () => checkMatches(config, world) }),
    run: async (context) => (await import('./stage.ts')).program(services).run(context),
  });
  return definitionOf(stage, {
    uses: 'shell',
    version: 2,
    startsProcess: true,
    runsForeignCode: true,
    ports,
    linksInputs: ({ lay }) => lay === 'link',
    // Called with settings that match the schema.
    workplace: async (context) =>
      (await import('./stage.ts')).workplace(context as WorkplaceContext<ShellConfig>, services),
  });
}

/** The inputs and outputs of a command are in its settings. */
function ports(checked: JsonObject): Ports {
  // Called with settings that match the schema.
  const { inputs, outputs } = checked as unknown as ShellConfig;
  return {
    inputsIn: 'inputs',
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, path]) => [name, { summary: `placed at ${path}` }])),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, path]) => [
        name,
        {
          summary: `written at ${path}`,
          file: path.split('/').filter(Boolean).at(-1) ?? name,
          directory: path.endsWith('/'),
        },
      ]),
    ),
  };
}
