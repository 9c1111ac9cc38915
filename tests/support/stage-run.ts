import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress, StageDefinition, StageReport } from '../../src/engine/definition.ts';
import type { JsonObject } from '../../src/json/json.ts';

/** What a stage left. */
export interface StageRun extends StageReport {
  readonly outputs: Readonly<Record<string, string>>;
  readonly progress: readonly Progress[];
  readonly warnings: readonly string[];
}

/** Runs a definition's program in this process, without a store. @param parent a directory that is removed by the caller. */
export async function runStage(
  definition: StageDefinition,
  parent: string,
  config: JsonObject,
  inputs: Readonly<Record<string, string>> = {},
  {
    environment = {},
    checkpoints: given,
  }: {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    /** A folder with the checkpoints of another attempt. */
    readonly checkpoints?: string;
  } = {},
): Promise<StageRun> {
  const directory = await mkdtemp(join(parent, `${definition.uses}-`));
  const checkpoints = given ?? join(directory, 'checkpoints');
  await mkdir(checkpoints, { recursive: true });
  const scratch = join(directory, 'scratch');
  await mkdir(scratch);
  const outputs = Object.fromEntries(
    Object.entries(definition.outputs).map(([name, { file }]) => [name, join(directory, file)]),
  );
  const progress: Progress[] = [];
  const warnings: string[] = [];
  const source = await definition.source?.(config, {
    environment,
    directory: process.cwd(),
    digest: async () => '',
  });
  const facts = await source?.facts();
  const program = await definition.load();
  const result = await program.run({
    config,
    inputs,
    outputs,
    checkpoints,
    scratch,
    facts: facts ?? {},
    signal: new AbortController().signal,
    report: (step) => progress.push(step),
    processes: { mark: `stage-run-${process.pid}/`, contain: true, environment: {} },
    warn: (message) => warnings.push(message),
    say: () => undefined,
  });
  return { ...result, outputs, progress, warnings };
}
