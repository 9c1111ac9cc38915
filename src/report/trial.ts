import type { StageRecord } from '../engine/index.ts';
import type { JsonObject } from '../json/json.ts';
import { fieldLines } from './record.ts';
import { duration, size } from './units.ts';

/** The result of a stage that was tried: its outputs, and its metrics, one per line. */
export function trialText(stage: string, { outputs, metrics, seconds }: StageRecord): string {
  const width = Math.max(...Object.keys(outputs).map((name) => name.length));
  const lines = [
    `${stage}: done in ${duration(seconds)}; nothing is kept`,
    ...Object.entries(outputs).map(([name, { bytes, digest, directory }]) => {
      const kind = directory ? 'directory of ' : '';
      return `  ${name.padEnd(width)}  ${kind}${size(bytes)}  sha256 ${digest.slice(0, 12)}`;
    }),
    ...fieldLines(metrics).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as the object that `--json` prints. */
export function trialJson(stage: string, { outputs, metrics, seconds }: StageRecord): JsonObject {
  return { stage, seconds, metrics, outputs: outputs as unknown as JsonObject };
}
