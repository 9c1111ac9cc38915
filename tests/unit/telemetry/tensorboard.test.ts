import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OutputRecord, RunEvent } from '../../../src/engine/index.ts';
import { type TensorBoardOptions, tensorBoard } from '../../../src/telemetry/tensorboard.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const key = 'a'.repeat(64);
const reason = { kind: 'first' } as unknown as Extract<RunEvent, { type: 'stage-started' }>['reason'];
const record = { digest: 'd', bytes: 10, directory: false };

function rig(name: string, options: Partial<TensorBoardOptions> = {}) {
  const warnings: string[] = [];
  const folder = join(directory, name);
  const hear = tensorBoard({
    directory: folder,
    settings: { pipeline: 'toy.yaml' },
    settingsOf: (id) => ({ id }),
    foldersOf: (ids) => ids,
    pathOf: () => undefined,
    clock: new ManualClock(),
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  const outline = { id: 'train', stage: 'train', uses: 'shell', lane: 'cpu', needs: [], files: {}, variants: [] };
  hear({ type: 'run-started', run: 'r', pipeline: 'toy', stages: [{ ...outline, report: ['plot'] }] });
  const start = (attempt: number) => hear({ type: 'stage-started', stage: 'train', key, reason, attempt });
  const report = (step: number) => {
    const progress = { label: '', done: 0, total: 0, unit: '', step, metrics: { loss: step } };
    hear({ type: 'stage-progress', stage: 'train', progress });
  };
  const reuse = (outputs: Readonly<Record<string, OutputRecord>>) =>
    hear({ type: 'stage-hit', stage: 'train', key, outputs, metrics: {}, provenance: {}, savedSeconds: 1 });
  const bytes = () => {
    const [file] = readdirSync(join(folder, 'r', 'train')).filter((each) => each.includes('tfevents'));
    return readFileSync(join(folder, 'r', 'train', file!));
  };
  return { hear, start, report, reuse, bytes, warnings, folder };
}

/** Fields of an event: a step from 1 to 127, and a session that starts. */
const restartAt = (step: number) => Buffer.from([0x10, step, 0x3a, 2, 8, 1]);

test('what is reported can be read at once; a second attempt starts again from its first step', () => {
  const { start, report, bytes } = rig('again');
  start(1);
  report(1);
  report(2);
  const before = bytes();
  expect(before.includes('loss')).toBe(true);
  expect(before.includes(restartAt(2))).toBe(false);
  start(2);
  report(2);
  report(3);
  const after = bytes();
  expect(after.subarray(0, before.length)).toEqual(before);
  expect(after.includes(restartAt(2))).toBe(true);
  expect(after.includes(restartAt(3))).toBe(false);
});

test('a reused result brings its kept curves, and a picture only if it is a PNG', () => {
  const curves = join(directory, 'curves.json');
  writeFileSync(curves, '{"format":1,"curves":{"accuracy":{"steps":[1,2],"values":[0.5,null]}}}');
  const plot = join(directory, 'plot');
  const pathOf = ({ digest }: OutputRecord) => (digest === 'c' ? curves : plot);
  writeFileSync(plot, 'no picture at all, but long enough');
  const outputs = { curves: { ...record, digest: 'c' }, plot: record };
  const without = rig('text', { pathOf });
  without.reuse(outputs);
  expect(without.bytes().includes('accuracy')).toBe(true);
  expect(without.bytes().includes('images')).toBe(false);
  writeFileSync(plot, Buffer.from('89504e470d0a1a0a0000000d494844520000000300000002', 'hex'));
  const withOne = rig('png', { pathOf });
  withOne.reuse(outputs);
  expect(withOne.bytes().includes('images')).toBe(true);
  expect(withOne.warnings).toEqual([]);
});

test('a result that is elsewhere, or just went, is left out', () => {
  const { reuse, warnings } = rig('gone', { pathOf: () => join(directory, 'no such file') });
  reuse({ curves: record, plot: record });
  expect(warnings).toEqual([]);
});

test.each(['{', ''])('kept curves that are damaged (%j) end the files with a warning, not the run', (text) => {
  const path = join(directory, 'damaged.json');
  writeFileSync(path, text);
  const { reuse, report, warnings } = rig(`damaged${text}`, { pathOf: () => path });
  reuse({ curves: record });
  report(1);
  expect(warnings).toEqual([expect.stringContaining('No more event files are written for TensorBoard')]);
});

test('a folder that goes away costs one warning', () => {
  const { start, report, hear, folder, warnings } = rig('removed');
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  start(1);
  report(1);
  hear({ type: 'run-finished', outcome: 'done', seconds: 1 });
  expect(warnings).toEqual([expect.stringContaining('No more event files are written for TensorBoard')]);
});

test('a folder that cannot be made is an error before the run', () => {
  writeFileSync(join(directory, 'file'), '');
  expect(() => rig('file')).toThrow(/Cannot write event files to .*file/u);
});
