import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  checkContinuable,
  checkSecrets,
  type GraphNode,
  nodesNamed,
  type Plan,
  type StageGraph,
  unknownStage,
  type World,
} from '../engine/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import type { Origin, Problem } from '../problem/problem.ts';
import type { ConfigIssue, StageDeclaration } from '../schema/index.ts';
import type { CliContext } from './context.ts';
import type { PlanOptions } from './options.ts';

/** The nodes of a stage: one, or one for each variant of a sweep that differs. @throws ConfigurationError if there is none. */
export function stagesNamed(graph: StageGraph, name: string, origin: Origin): readonly [GraphNode, ...GraphNode[]] {
  const [first, ...rest] = nodesNamed(graph, name);
  if (first) return [first, ...rest];
  throw new ConfigurationError([unknownStage(graph, name, origin)]);
}

/** The stages that `--target` and `--force` name. @throws ConfigurationError with every unknown name. */
export function selectionOf(
  graph: StageGraph,
  { target, force }: Pick<PlanOptions, 'target' | 'force'>,
): { readonly targets: readonly string[]; readonly force: readonly string[] } {
  const check = (names: readonly string[], option: string): Problem[] =>
    names
      .filter((name) => nodesNamed(graph, name).length === 0)
      .map((name) =>
        unknownStage(graph, name, { option: `${option} ${name}`, column: option.length + 2, length: name.length }),
      );
  const problems = [...check(target, '--target'), ...check(force, '--force')];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { targets: target, force };
}

/** @throws ConfigurationError if a stage that `--continue` names does not exist, or cannot continue. */
export function checkContinued(graph: StageGraph, names: readonly string[]): void {
  for (const name of names) {
    const option = `--continue ${name}`;
    const origin = { option, column: option.length - name.length + 1, length: name.length };
    checkContinuable(stagesNamed(graph, name, origin), origin);
  }
}

/** The nodes of a plan without a cached result. */
export function unknownNodes(graph: StageGraph, { stages }: Plan): readonly GraphNode[] {
  return stages.filter(({ forecast }) => forecast.state !== 'hit').map(({ id }) => graph.nodes.get(id)!);
}

/** Checks the files that nodes would read. @throws ConfigurationError with all problems, each at the setting that names the file. */
export async function examine(
  nodes: readonly GraphNode[],
  world: World,
  { directory }: Pick<CliContext, 'directory'>,
): Promise<void> {
  const problems: Problem[] = [...checkSecrets(nodes, world.environment)];
  for (const { definition, stage } of nodes) {
    const source = await definition.source?.(stage.config, world);
    const issues = (await source?.check?.()) ?? [];
    problems.push(...issues.map((issue) => problemOf(stage, issue)));
  }
  if (problems.length > 0) throw new ConfigurationError(problems, await textsOf(problems, directory));
}

/** @throws ConfigurationError with what is wrong with the settings of stages, if anything is. */
export async function refuseSettings(
  issues: readonly { readonly stage: StageDeclaration; readonly issue: ConfigIssue }[],
  { directory }: Pick<CliContext, 'directory'>,
): Promise<void> {
  const problems = issues.map(({ stage, issue }) => problemOf(stage, issue));
  if (problems.length > 0) throw new ConfigurationError(problems, await textsOf(problems, directory));
}

function problemOf({ id, origin, settingOrigins }: StageDeclaration, { path, message, hint }: ConfigIssue): Problem {
  const [setting] = path;
  return {
    message: `${['stages', id, ...(setting === undefined ? [] : ['with', ...path])].join('.')}: ${message}`,
    origin: (setting !== undefined && settingOrigins[setting]) || origin,
    ...(hint !== undefined && { hint }),
  };
}

/** The texts of the files with problems, by their names as given. */
async function textsOf(problems: readonly Problem[], directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Set(problems.flatMap(({ origin }) => ('file' in origin ? [origin.file] : [])));
  const texts = [...files].map(async (file) => [file, await readFile(resolve(directory, file), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}
