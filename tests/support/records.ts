import type { OutputRecord, StageRecord } from '../../src/engine/index.ts';
import { keyOf } from '../../src/engine/key/key.ts';
import type { JsonObject } from '../../src/json/json.ts';

/** A record of the configuration, its key as of its material, with one output. */
export function recordOf(config: JsonObject, outputs?: Readonly<Record<string, OutputRecord>>): StageRecord {
  const material = { format: 1, uses: 'test', version: 1, config, facts: {}, inputs: {} };
  return {
    format: 1,
    key: keyOf(material),
    material,
    outputs: outputs ?? { weights: { digest: 'ab'.repeat(32), bytes: 3, directory: false } },
    metrics: { accuracy: 0.5 },
    provenance: { run: '20260101-000000', stage: 'train' },
    seconds: 1.5,
    finished: '2026-01-01T00:00:00.000Z',
  };
}
