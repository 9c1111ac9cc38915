import { createHash } from 'node:crypto';
import type { Clock, RunEvent, RunSummary, StageSummary } from '../engine/index.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';

/** When something began and ended, in milliseconds since the Unix epoch. */
interface Times {
  readonly start: number;
  readonly end: number;
}

/** Records when the stages of a run begin and end, and exports the run as one OpenTelemetry trace. */
export class RunTrace {
  readonly #clock: Clock;
  readonly #stages = new Map<string, Times>();
  #run: Times | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear(event: RunEvent): void {
    const now = this.#clock.now();
    if (event.type === 'run-started') this.#run = { start: now, end: now };
    if (event.type === 'run-finished') this.#run = { start: this.#run?.start ?? now, end: now };
    // Without an end event, a stage ends with its last event.
    if ('stage' in event)
      this.#stages.set(event.stage, { start: this.#stages.get(event.stage)?.start ?? now, end: now });
  }

  /** The body of an OTLP export request, in OTLP's own JSON: ids in hex, 64-bit numbers as strings. */
  request(summary: RunSummary, attributes: JsonObject, version: string): JsonObject {
    const { run, pipeline, outcome, hits, ran, failed, skipped } = summary;
    const times = this.#run ?? { start: 0, end: 0 };
    // A run's id is a time of day: two runs in the same second, at two places, must not share a trace.
    const traceId = digest(`${run} ${times.start}`).slice(0, 32);
    const rootId = digest(`${traceId} run`).slice(0, 16);
    const root = span({ traceId, spanId: rootId, name: pipeline }, times, outcome, {
      pipe: { run, pipeline, outcome, hits, ran, failed, skipped, ...attributes },
    });
    const stages = summary.stages.map((stage) => {
      const ids = { traceId, spanId: digest(`${traceId} stage ${stage.id}`).slice(0, 16), parentSpanId: rootId };
      const when = this.#stages.get(stage.id) ?? { start: times.end, end: times.end };
      return span({ ...ids, name: stage.id }, when, stage.state, stageAttributes(stage), stage.because);
    });
    const service = { service: { name: 'pipe', version } };
    const scope = { name: 'pipe-ml', version };
    return {
      resourceSpans: [
        { resource: { attributes: attributesOf(service) }, scopeSpans: [{ scope, spans: [root, ...stages] }] },
      ],
    };
  }
}

function stageAttributes({ stage, uses, key, state, seconds, reason, metrics }: StageSummary): JsonObject {
  return {
    pipe: {
      stage: { name: stage, uses, key: key ?? null, state, seconds, reason: reason?.kind ?? null },
      metric: metrics,
    },
  };
}

function span(
  names: JsonObject,
  { start, end }: Times,
  state: string,
  attributes: JsonObject,
  because?: string,
): JsonObject {
  const code = state === 'failed' ? 2 : state === 'skipped' || state === 'interrupted' ? 0 : 1;
  return {
    ...names,
    kind: 1,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf(attributes),
    // Only errors have a message.
    status: code === 2 && because !== undefined ? { code, message: because } : { code },
  };
}

/** Every number, text and boolean in it, by its path with dots. */
function attributesOf(value: Json, path: readonly string[] = []): readonly JsonObject[] {
  if (isJsonObject(value)) return Object.entries(value).flatMap(([name, part]) => attributesOf(part, [...path, name]));
  const any = anyValue(value);
  return any ? [{ key: path.join('.'), value: any }] : [];
}

function anyValue(value: Json): JsonObject | undefined {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.flatMap((item: Json) => anyValue(item) ?? []) } };
  return undefined;
}

function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
