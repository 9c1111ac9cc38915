import type { World } from '../../engine/definition.ts';
import { curvesOutput } from '../../engine/run/curves.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import { whyNotBelow } from '../../schema/path-below.ts';
import { declaredFiles } from '../declared/declared-files.ts';
import { checkLaidPaths, type LaidPath } from '../declared/laid-paths.ts';
import { metricsFiles, type ShellConfig } from './schema.ts';

/** Rules between the settings of a command: its paths stay in its folder and apart, and each variable is declared once. */
export function checkShell(config: ShellConfig): readonly ConfigIssue[] {
  return [
    ...checkLaidPaths(laidPaths(config, [])),
    ...checkPatterns(config),
    ...checkVariables(config),
    ...checkNames(config),
  ];
}

/** What would be placed on a file that a pattern matches. */
export async function checkMatches(config: ShellConfig, world: World): Promise<readonly ConfigIssue[]> {
  const files = await declaredFiles(config.files, world.directory);
  return checkLaidPaths(
    laidPaths(
      config,
      files.map((path) => ({ kind: 'file', name: path, path, setting: ['files'] })),
    ),
  );
}

function laidPaths(config: ShellConfig, files: readonly LaidPath[]): readonly LaidPath[] {
  const { inputs, outputs } = config;
  const named = (setting: string, kind: 'input' | 'output', paths: Readonly<Record<string, string>>) =>
    Object.entries(paths).map(([name, path]) => ({ kind, name, path, setting: [setting, name] }));
  const metrics = metricsFiles(config).map(
    (path): LaidPath => ({ kind: 'metrics file', name: path, path, setting: ['metrics', 'file'] }),
  );
  return [...named('inputs', 'input', inputs), ...named('outputs', 'output', outputs), ...metrics, ...files];
}

function checkNames({ outputs }: ShellConfig): readonly ConfigIssue[] {
  if (!Object.hasOwn(outputs, curvesOutput)) return [];
  const message = `an output cannot be named "${curvesOutput}": pipe stores the curves of the stage under that name`;
  return [{ path: ['outputs', curvesOutput], message, hint: 'choose another name' }];
}

function checkPatterns({ files }: ShellConfig): readonly ConfigIssue[] {
  return files.flatMap((pattern, at) => {
    const issue = whyNotBelow(pattern.replace(/^!/u, ''));
    return issue ? [{ path: ['files', String(at)], message: `the pattern ${issue.message}`, hint: issue.hint }] : [];
  });
}

function checkVariables({ environment, pass, secrets }: ShellConfig): readonly ConfigIssue[] {
  const settings = new Map(Object.keys(environment).map((name) => [name, 'environment']));
  return Object.entries({ pass, secrets }).flatMap(([setting, names]) =>
    names.flatMap((name, at) => {
      const before = settings.get(name);
      settings.set(name, setting);
      if (before === undefined) return [];
      const message = `the variable ${name} is also declared under \`${before}\``;
      return [{ path: [setting, String(at)], message, hint: 'declare it in one place' }];
    }),
  );
}
