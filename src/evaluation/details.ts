import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { type EvaluationMetrics, readMetrics, writeMetrics } from './metrics.ts';
import type { Scores } from './scores.ts';

/** The content of an evaluation's output `metrics`: its metrics, and the scores of every set of images behind them. */
export interface EvaluationDetails {
  readonly metrics: EvaluationMetrics;
  readonly clean: Scores;
  /** By corruption and severity. */
  readonly corrupted: Readonly<Record<string, Readonly<Record<string, Scores>>>>;
}

/** The details as that file has them. */
export function writeDetails({ metrics, clean, corrupted }: EvaluationDetails): string {
  return `${JSON.stringify({ ...writeMetrics(metrics), clean, corrupted })}\n`;
}

/** Reads the content of a stage's output as an evaluation's details; undefined if it is something else. */
export function readDetails(json: Json): EvaluationDetails | undefined {
  if (!isJsonObject(json)) return undefined;
  const metrics = readMetrics(json);
  const { clean, corrupted } = json;
  if (!metrics || !isScores(clean) || !isJsonObject(corrupted)) return undefined;
  if (!Object.values(corrupted).every(isBySeverity)) return undefined;
  return { metrics, clean, corrupted: corrupted as Readonly<Record<string, JsonObject & Record<string, Scores>>> };
}

function isBySeverity(json: Json): json is JsonObject & Readonly<Record<string, Scores>> {
  return isJsonObject(json) && Object.values(json).every(isScores);
}

function isScores(json: Json | undefined): json is JsonObject & Scores {
  return (
    isJsonObject(json) &&
    ['images', 'accuracy', 'loss', 'brier', 'calibrationError'].every((name) => typeof json[name] === 'number') &&
    Array.isArray(json['confusion']) &&
    Array.isArray(json['reliability'])
  );
}
