import type { Problem } from '../../problem/problem.ts';
import type { Progress, World } from '../definition.ts';
import type { GraphNode, StageGraph } from '../graph/graph.ts';
import type { Executor, StageListener } from './executor.ts';
import { Mask, shortestSecret } from './mask.ts';

/** The mask for all secrets that stages of a graph declare and that are set. */
export function maskFor({ nodes }: StageGraph, environment: World['environment']): Mask {
  return new Mask(secretsOf(nodes.values(), environment).values());
}

/**
 * Why the secrets of these nodes cannot be kept secret: a value that is too short to be masked without masking ordinary text, or one that
 * appears in the settings of a stage, and so in its key material.
 */
export function checkSecrets(nodes: readonly GraphNode[], environment: World['environment']): readonly Problem[] {
  const secrets = secretsOf(nodes, environment);
  return nodes.flatMap(({ id, definition, stage }) => {
    const named = definition.secrets?.(stage.config) ?? [];
    const short = named.filter((name) => (secrets.get(name)?.length ?? shortestSecret) < shortestSecret);
    const shown = [...secrets].flatMap(([name, value]) => {
      const setting = Object.keys(stage.config).find((each) => holds(stage.config[each], value));
      return setting === undefined || short.includes(name) ? [] : [{ name, setting }];
    });
    return [
      ...short.map((name) => ({
        message: `${id}: the secret ${name} has only ${secrets.get(name)?.length} characters`,
        origin: stage.settingOrigins['secrets'] ?? stage.origin,
        hint: `masking such a short value would mask ordinary words, too: use at least ${shortestSecret}, or declare it under \`pass\``,
      })),
      ...shown.map(({ name, setting }) => ({
        message: `${id}: \`with.${setting}\` contains the value of the secret ${name}`,
        origin: stage.settingOrigins[setting] ?? stage.origin,
        hint: `settings are part of the key and are shown: use the variable instead, such as $${name}`,
      })),
    ];
  });
}

/** A warning for each secret that a node declares and that is not set, or empty. */
export function warningsOfSecrets(
  { definition, stage }: GraphNode,
  environment: World['environment'],
): readonly string[] {
  return (definition.secrets?.(stage.config) ?? [])
    .filter((name) => !environment[name])
    .map((name) => `the secret ${name} is not set; the key does not depend on it, so a result counts as if it were`);
}

/** The values of the secrets that nodes declare and that are set, by name. */
function secretsOf(nodes: Iterable<GraphNode>, environment: World['environment']): ReadonlyMap<string, string> {
  const names = [...nodes].flatMap(({ definition, stage }) => definition.secrets?.(stage.config) ?? []);
  const set = names.map((name) => [name, environment[name] ?? ''] as const);
  return new Map(set.filter(([, value]) => value !== ''));
}

function holds(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => name.includes(text) || holds(member, text));
}

/** Masks secrets in everything that the stages of an executor report: it goes to records, logs and screens. */
export function maskedExecutor(executor: Executor, mask: Mask): Executor {
  return {
    async execute(job, listener, signal) {
      const said = mask.stream((text) => listener.say(text));
      const masked = maskedListener(listener, said.write, mask);
      try {
        const execution = await executor.execute(job, masked, signal);
        const { metrics, provenance } = execution.result;
        return { ...execution, result: { metrics: mask.object(metrics), provenance: mask.object(provenance) } };
      } catch (error) {
        throw mask.error(error);
      } finally {
        said.end();
      }
    },
    close: () => executor.close(),
  };
}

function maskedListener(listener: StageListener, say: StageListener['say'], mask: Mask): StageListener {
  return {
    say,
    progress: (progress) => listener.progress(maskedProgress(progress, mask)),
    warn: (message) => listener.warn(mask.text(message)),
  };
}

function maskedProgress(progress: Progress, mask: Mask): Progress {
  const { label, unit, metrics } = progress;
  return {
    ...progress,
    label: mask.text(label),
    unit: mask.text(unit),
    ...(metrics && {
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [mask.text(name), value])),
    }),
  };
}
