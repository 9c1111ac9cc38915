import type { FieldChange, Forecast, Plan } from '../engine/index.ts';
import { isJsonObject, type JsonObject } from '../json/json.ts';
import { elsewhereWords, reasonLines, reasonWords } from './reason.ts';
import { wrappedTable } from './tables/text-table.ts';

/** What a run would do, one stage per line. */
export function planText({ stages }: Plan, width: number = Number.POSITIVE_INFINITY): string {
  const rows = stages.map(({ id, uses, forecast }) => [
    id,
    uses,
    forecast.state === 'hit' ? 'reuse' : 'run',
    forecastWords(forecast),
  ]);
  const lines = wrappedTable(
    [
      { title: 'stage', align: 'left' },
      { title: 'uses', align: 'left' },
      { title: 'would', align: 'left' },
      { title: 'why', align: 'left' },
    ],
    rows,
    width,
  );
  const count = (state: Forecast['state']) => stages.filter(({ forecast }) => forecast.state === state).length;
  const counts = [`${count('miss')} to run`, `${count('hit')} to reuse`];
  if (count('after') > 0) counts.splice(1, 0, `${count('after')} that depend on those`);
  return `${lines.join('\n')}\n\n${counts.join(', ')}\n`;
}

/** Why each stage of a plan would run or not, one field per line. */
export function explainText({ stages }: Plan): string {
  const paragraphs = stages.map(({ id, forecast }) => {
    if (forecast.state === 'hit') return [`${id} would be reused`, ...hitLines(forecast)].join('\n  ');
    if (forecast.state === 'after') return `${id} is not decided yet\n  ${forecastWords(forecast)}`;
    const { reason } = forecast;
    return [`${id} would run`, ...reasonLines(reason).map((line) => `  ${line}`)].join('\n');
  });
  return `${paragraphs.join('\n')}\n`;
}

/** The provenance of a reused result: when, in which run, from which commit, on which device. */
function hitLines(forecast: Hit): readonly string[] {
  const { key, record } = forecast;
  const { run, origin, ranOn } = record.provenance;
  const git = isJsonObject(origin) ? origin['git'] : undefined;
  const commit = isJsonObject(git) ? String(git['commit']).slice(0, 12) : undefined;
  const device = isJsonObject(ranOn) ? ranOn['device'] : undefined;
  return [
    `cached as ${key.slice(0, 12)}`,
    `made in run ${String(run)}, ${record.finished.slice(0, 10)}${commit === undefined ? '' : `, commit ${commit}`}`,
    ...(isJsonObject(device)
      ? [
          `on ${Object.values(device)
            .filter((part) => typeof part === 'string')
            .join(', ')}`,
        ]
      : []),
    ...fromWords(forecast),
  ];
}

/** A plan as the object that `--json` prints: the state of each stage, with its details. */
export function planJson({ pipeline, stages }: Plan): JsonObject {
  return {
    pipeline,
    stages: stages.map(({ id, uses, forecast }) => ({ id, uses, state: forecast.state, ...forecastJson(forecast) })),
  };
}

function forecastJson(forecast: Forecast): JsonObject {
  switch (forecast.state) {
    case 'hit':
      return {
        key: forecast.key,
        ...(forecast.from && { from: { ...forecast.from, signer: forecast.from.signer ?? null } }),
      };
    case 'miss':
      return { key: forecast.key, reason: reasonJson(forecast.reason) };
    case 'after':
      return { after: forecast.after };
  }
}

function reasonJson(reason: Extract<Forecast, { state: 'miss' }>['reason']): JsonObject {
  switch (reason.kind) {
    case 'changed':
      return {
        kind: reason.kind,
        changes: changesJson(reason.changes),
        ...(reason.against && { against: { ...reason.against } }),
      };
    case 'never-run':
      return {
        kind: reason.kind,
        ...(reason.like && { like: { ...reason.like, changes: changesJson(reason.like.changes) } }),
      };
    default:
      return { ...reason };
  }
}

function changesJson(changes: readonly FieldChange[]): JsonObject[] {
  return changes.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null }));
}

type Hit = Extract<Forecast, { state: 'hit' }>;

function fromWords({ from }: Hit): readonly string[] {
  return from ? [elsewhereWords(from)] : [];
}

function forecastWords(forecast: Forecast): string {
  switch (forecast.state) {
    case 'hit':
      return [`cached as ${forecast.key.slice(0, 12)}`, ...fromWords(forecast)].join(', ');
    case 'miss':
      return reasonWords(forecast.reason);
    case 'after':
      return `after ${forecast.after.join(', ')}`;
  }
}
