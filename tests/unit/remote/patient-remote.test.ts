import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { drain } from '../../../src/remote/connection.ts';
import { PatientRemote, patienceMilliseconds } from '../../../src/remote/patient-remote.ts';
import { type Remote, RemoteError, type Take } from '../../../src/remote/remote.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const key = 'a'.repeat(64);

/** A remote whose look-ups do what is listed, one after the other, and then the last for ever. */
function failing(outcomes: readonly (RemoteError | Buffer)[]) {
  let asked = 0;
  const remote = {
    address: 'http://there/',
    record: async () => {
      const outcome = outcomes[Math.min(asked, outcomes.length - 1)]!;
      asked += 1;
      if (outcome instanceof RemoteError) throw outcome;
      return outcome;
    },
    close: () => undefined,
  } as Partial<Remote> as Remote;
  const clock = new ManualClock();
  const warnings: string[] = [];
  const patient = new PatientRemote(remote, { clock, onGivenUp: (message) => warnings.push(message) });
  return { patient, clock, warnings, asked: () => asked };
}

/** Moves the clock on until the promise is settled; returns the milliseconds that took. */
async function letPass(clock: ManualClock, promise: Promise<unknown>): Promise<number> {
  const started = clock.now();
  let isSettled = false;
  const settled = promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isSettled && clock.timers > 0) clock.advance(100);
  }
  await settled;
  return clock.now() - started;
}

const busy = new RemoteError('busy', { transient: true });

test('a failure that may pass is tried again', async () => {
  const { patient, clock } = failing([busy, busy, Buffer.from('record')]);
  const record = patient.record(key);
  expect(await letPass(clock, record)).toBe(500 + 1000);
  expect(String(await record)).toBe('record');
});

test('the wait that a server asks for is kept, within bounds', async () => {
  const asking = (retryAfter: number) => new RemoteError('busy', { transient: true, retryAfter });
  const { patient, clock } = failing([asking(3), asking(3600), Buffer.from('record')]);
  expect(await letPass(clock, patient.record(key))).toBe(3000 + 10_000);
});

test('a failure for good is not tried again', async () => {
  const { patient, asked } = failing([new RemoteError('no', { transient: false })]);
  await expect(patient.record(key)).rejects.toThrow('no');
  expect(asked()).toBe(1);
});

test('a dead remote costs no more than its patience, once, and one warning', async () => {
  const { patient, clock, warnings, asked } = failing([new RemoteError('dead', { transient: true, retryAfter: 10 })]);
  let lost = 0;
  for (let time = 0; time < 20; time += 1)
    lost += await letPass(
      clock,
      patient.record(key).catch(() => undefined),
    );
  expect(lost).toBe(patienceMilliseconds);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('http://there/ is no longer used');
  const before = asked();
  await expect(patient.record(key)).rejects.toThrow('is no longer used');
  expect(asked()).toBe(before);
});

test('an abort ends a wait', async () => {
  const { patient } = failing([busy]);
  const controller = new AbortController();
  const record = patient.record(key, controller.signal);
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error('stopped'));
  await expect(record).rejects.toThrow('stopped');
});

test('a server that answers, but drips, is given up, too', async () => {
  const clock = new ManualClock();
  const warnings: string[] = [];
  /** Sends some bytes in 15 seconds. */
  const slow = (bytes: number): Remote =>
    ({
      address: 'http://there/',
      fetch: async (_: string, take: Take) => {
        await new Promise<void>((resolve) => clock.after(15_000, resolve));
        await take(
          (async function* () {
            yield new Uint8Array(bytes);
          })(),
        );
        return 'fetched';
      },
    }) as Partial<Remote> as Remote;
  const read: Take = async (content) => {
    for await (const chunk of content) expect(chunk).toBeDefined();
  };
  const patient = (bytes: number) =>
    new PatientRemote(slow(bytes), { clock, onGivenUp: (message) => warnings.push(message) });
  const [dripping, steady] = [patient(15), patient(15_000)];
  for (let time = 0; time < 7; time += 1) {
    await letPass(clock, dripping.fetch(key, read));
    await letPass(clock, steady.fetch(key, read));
  }
  await expect(dripping.fetch(key, read)).rejects.toThrow('is no longer used');
  await letPass(clock, steady.fetch(key, read));
  expect(warnings).toEqual([expect.stringContaining('it answers too slowly')]);
});

test('an answer that nobody needs and that does not end is closed', async () => {
  const clock = new ManualClock();
  const [dripping, endless] = [new PassThrough(), new PassThrough()];
  const answer = (body: PassThrough) => ({ status: 404, headers: {}, body: body as unknown as IncomingMessage });
  const drained = Promise.all([drain(answer(dripping), clock), drain(answer(endless), clock)]);
  endless.on('error', () => undefined);
  endless.write(Buffer.alloc(100_000));
  dripping.write('x');
  await letPass(clock, drained);
  expect([dripping.destroyed, endless.destroyed]).toEqual([true, true]);
});
