import { expect } from 'vitest';
import type { RunSummary, StageSummary } from '../../src/engine/index.ts';
import type { ReportSource, tableFiles } from '../../src/report/report.ts';

/** A stage of a run, with usual values for the rest. */
export function stage(id: string, rest: Partial<StageSummary> = {}): StageSummary {
  const origin = { package: '0.1.0', git: { commit: 'c0ffee', dirty: false } };
  return {
    id,
    stage: id.replace(/\{.*/u, ''),
    uses: 'train',
    key: 'ab'.repeat(32),
    state: 'ran',
    because: undefined,
    reason: undefined,
    seconds: 61,
    outputs: {},
    metrics: {},
    provenance: {
      config: { epochs: 3 },
      origin,
      ranOn: { device: { kind: 'cpu' } },
      finished: '2026-11-25T10:00:00.000Z',
    },
    files: {},
    variants: [{}],
    ...rest,
  };
}

/** A report about stages, without any content. */
export function source(stages: readonly StageSummary[], rest: Partial<ReportSource> = {}): ReportSource {
  const count = (state: string) => stages.filter((each) => each.state === state).length;
  const summary: RunSummary = {
    run: 'r',
    pipeline: 'toy',
    outcome: 'done',
    seconds: 75,
    hits: count('hit'),
    ran: count('ran'),
    failed: count('failed'),
    skipped: count('skipped'),
    stages,
  };
  return {
    summary,
    command: 'pipe run toy.yaml',
    run: { id: '20261125-100000', started: '2026-11-25T10:00:00.000Z', isRunning: false },
    needs: new Map(),
    question: undefined,
    against: undefined,
    classes: [],
    contents: async () => ({}),
    answers: async () => undefined,
    output: async () => ({ problem: 'It is gone.' }),
    folder: async () => undefined,
    pictures: async () => undefined,
    missing: () => [],
    version: '0.1.0',
    ...rest,
  };
}

/** The files that are written, and why others are not. */
export async function written(files: ReturnType<typeof tableFiles>) {
  const found = new Map<string, string>();
  const problems: string[] = [];
  for await (const file of files) {
    if ('problem' in file) problems.push(file.problem);
    else found.set(file.name, Buffer.from(file.content).toString('latin1'));
  }
  return { files: found, problems };
}

/** Names of the elements, in the order in which they end; fails where one is not closed, or closed twice. */
export function elements(text: string): readonly string[] {
  const open: string[] = [];
  const ended: string[] = [];
  for (const [, slash, name = '', self] of text.matchAll(/<(\/?)([a-zA-Z][\w]*)\b[^>]*?(\/?)>/gu)) {
    if (slash) {
      expect(open.pop(), `what </${name}> closes`).toBe(name);
      ended.push(name);
    } else if (self || ['meta', 'br', 'img'].includes(name)) ended.push(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
  return ended;
}
