import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { aliveness } from '../../../../src/disk/process-identity.ts';
import { BEAT_MILLISECONDS } from '../../../../src/disk/signs-of-life.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { KeyClaims } from '../../../../src/engine/store/claims.ts';
import { type LocalStore, type ProcessIdentity, thisProcess } from '../../../../src/engine/store/index.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { Locks, replacementOf } from '../../../../src/engine/store/locks.ts';
import { StoreSession } from '../../../../src/engine/store/session.ts';
import { alone, compute, draftOf, keyNamed, publication } from '../../../contract/store.ts';
import { freshDirectory, freshStore, storeAt } from '../../../support/fresh-store.ts';

const here = thisProcess();
const elsewhere = { ...here, host: 'elsewhere' };
/** No process has this number: Linux ends at 2^22. */
const dead = { ...here, pid: 2 ** 22 + 1 };
const reused = { ...here, startTime: '1' };

/** A session that lets others act between its check of a holder and its next action. */
class SlowSession extends StoreSession {
  afterLooking = (): void => {};

  override holderOf(token: string): ReturnType<StoreSession['holderOf']> {
    const holder = super.holderOf(token);
    this.afterLooking();
    return holder;
  }
}

/** A store of another process, at the directory of a first one. */
async function ofAnother(store: LocalStore, process: ProcessIdentity): Promise<LocalStore> {
  return storeAt(store.directory, { process });
}

/** Makes every session of the store look as if it had been silent for this long. */
function silence(store: LocalStore, milliseconds: number): void {
  const then = (Date.now() - milliseconds) / 1000;
  for (const token of readdirSync(join(store.directory, 'tmp'))) {
    utimesSync(join(store.directory, 'tmp', token, 'holder.json'), then, then);
  }
}

describe('whether a process lives', () => {
  test('is known on its own host, even where its number is used again', () => {
    expect(aliveness(here, here)).toBe('alive');
    expect(aliveness(dead, here)).toBe('dead');
    expect(aliveness(reused, here)).toBe('dead');
    expect(aliveness({ ...here, pid: 1 }, here)).toBe('dead');
  });

  test('ends with its last instruction, although nobody has asked how it ended', async (context) => {
    if (process.platform !== 'linux') return context.skip('only Linux tells a process that has ended from one at work');
    // Before its child ends, the shell becomes a program that does not wait for children.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const fields = () =>
      readFileSync(`/proc/${Number(line)}/stat`, 'latin1')
        .split(') ')[1]!
        .split(' ');
    await vi.waitUntil(() => fields()[0] === 'Z');
    expect(aliveness({ ...here, pid: Number(line), startTime: fields()[19]! }, here)).toBe('dead');
  });

  test('is not known on another, or where the system does not say when it started', () => {
    expect(aliveness(elsewhere, here)).toBe('unknown');
    expect(aliveness({ ...here, startTime: '' }, here)).toBe('unknown');
  });
});

describe('a claim', () => {
  test.each([
    ['of a dead process', dead],
    ['of a process whose number is used again', reused],
  ])('%s is taken over at once', async (_, identity) => {
    const store = await freshStore();
    await draftOf(await ofAnother(store, identity), 'a');
    await compute(store, 'a', 'text');
    expect(readdirSync(join(store.directory, 'locks'))).toEqual([]);
  });

  test('of another host is respected while signs of life come from there, and taken over after a minute of silence', async () => {
    const store = await freshStore();
    const other = await ofAnother(store, elsewhere);
    const draft = await draftOf(other, 'a');
    const stop = new AbortController();
    silence(store, 50_000);
    const waiting = store.begin(keyNamed('a'), { onWait: () => stop.abort(new Error('waited')), signal: stop.signal });
    await expect(waiting).rejects.toThrow('waited');
    silence(store, 70_000);
    const record = await compute(store, 'a', 'text');
    // If the other one is alive after all, it publishes its result: a key is computed twice then, and no record is wrong.
    writeFileSync(draft.outputPath('out', 'out.txt'), 'text');
    const again = await draft.publish({ out: { file: 'out.txt', directory: false } }, publication('a'));
    expect(again.outputs).toEqual(record.outputs);
  });

  test('that somebody else has taken over is not ended by its first holder', async () => {
    const store = await freshStore();
    const late = await draftOf(await ofAnother(store, elsewhere), 'a');
    silence(store, 70_000);
    const current = await draftOf(store, 'a');
    await late.abandon();
    expect(lstatSync(join(store.directory, 'locks', keyNamed('a'))).isSymbolicLink()).toBe(true);
    await current.abandon();
    expect(readdirSync(join(store.directory, 'locks'))).toEqual([]);
  });

  test('whose lock is garbage is nobody’s', async () => {
    const store = await freshStore();
    await store.hold();
    writeFileSync(join(store.directory, 'locks', keyNamed('a')), '../\u0000garbage');
    await compute(store, 'a', 'text');
  });

  test('taken over by many who die doing so is taken over from all', async () => {
    const store = await freshStore();
    const locks = join(store.directory, 'locks');
    const lockOf = (name: string) => readlinkSync(join(locks, name));
    await draftOf(await ofAnother(store, dead), 'a');
    await draftOf(await ofAnother(store, reused), 'b');
    // The leftovers of a process that is killed while it replaces a dead one's lock: a lock for the replacement.
    let name = keyNamed('a');
    for (let count = 0; count < 20; count += 1) {
      const replacement = replacementOf(name, lockOf(name));
      symlinkSync(lockOf(keyNamed('b')), join(locks, replacement));
      name = replacement;
    }
    await compute(store, 'a', 'text');
    expect(readdirSync(locks)).toEqual([keyNamed('b')]);
  });

  test('is taken over by one only, even where another found its holder dead at the same time', async () => {
    const layout = new Layout(join(freshDirectory(), 'store'));
    const holder = new StoreSession(layout, { process: dead, clock: systemClock });
    new Locks(layout, holder).attempt('a');
    const quick = new StoreSession(layout, { process: here, clock: systemClock });
    const slow = new SlowSession(layout, { process: here, clock: systemClock });
    const taken = new Locks(layout, quick);
    // Another process does both between the check that the holder is dead and the replacement of its lock.
    slow.afterLooking = () => {
      slow.afterLooking = () => {};
      expect(taken.attempt('a')).toHaveProperty('lock');
    };
    expect(new Locks(layout, slow).attempt('a')).toEqual({ holder: here });
    for (const session of [holder, quick, slow]) session.close();
  });

  test('is ours also if the server that made it lost its answer, and reports that it is there', () => {
    const layout = new Layout(join(freshDirectory(), 'store'));
    const session = new StoreSession(layout, { process: here, clock: systemClock });
    const locks = new Locks(layout, session);
    symlinkSync(`${session.token}.1`, layout.lock('a'));
    expect(locks.attempt('a')).toHaveProperty('lock');
    session.close();
  });

  test('whose holder is dead waits for the live process that is replacing it', () => {
    const layout = new Layout(join(freshDirectory(), 'store'));
    const sessions = [dead, here, here].map((process) => new StoreSession(layout, { process, clock: systemClock }));
    const [gone, replacing, late] = sessions.map((session) => new Locks(layout, session));
    gone!.attempt('a');
    expect(replacing!.attempt(replacementOf('a', readlinkSync(layout.lock('a'))))).toHaveProperty('lock');
    expect(late!.attempt('a')).toEqual({ holder: here });
    for (const session of sessions) session.close();
  });

  test('is taken over only after the processes that its dead holder left have ended', async () => {
    const store = await freshStore();
    const ended: string[] = [];
    const next = await storeAt(store.directory, { endProcesses: (session) => ended.push(session) });
    await next.hold();
    await draftOf(await ofAnother(store, dead), 'a');
    const [session] = readdirSync(join(store.directory, 'tmp')).filter((name) => name.startsWith(`${dead.pid}-`));
    await draftOf(next, 'a');
    expect(ended).toEqual([session]);
  });

  test('is told of once, as long as one process has it', async () => {
    const store = await freshStore();
    const other = await ofAnother(store, here);
    await draftOf(other, 'a');
    const told: string[] = [];
    const stop = new AbortController();
    const looks = vi.spyOn(stop.signal, 'throwIfAborted');
    const waiting = store.begin(keyNamed('a'), { onWait: (holder) => told.push(holder), signal: stop.signal });
    await vi.waitUntil(() => looks.mock.calls.length > 2, 10_000);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(told).toHaveLength(1);
  });

  test('is given back if the record of its key cannot be read', async () => {
    const store = await freshStore();
    await compute(store, 'a', 'text');
    const layout = new Layout(store.directory);
    const session = new StoreSession(layout, { process: here, clock: systemClock });
    const locks = new Locks(layout, session);
    const claims = new KeyClaims(layout, locks, () => Promise.reject(new Error('the disk reported an error')));
    await expect(claims.claim(keyNamed('a'), alone)).rejects.toThrow('the disk reported an error');
    expect(locks.holder(keyNamed('a'))).toBeUndefined();
    session.close();
  });

  test('is not made for who has stopped already', async () => {
    const store = await freshStore();
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(store.begin(keyNamed('a'), { ...alone, signal })).rejects.toThrow('stopped');
    expect(readdirSync(join(store.directory, 'locks'))).toEqual([]);
  });

  test('ends with the store it was made through', async () => {
    const store = await freshStore();
    const other = await ofAnother(store, here);
    await draftOf(other, 'a');
    await other.close();
    for (const name of ['tmp', 'locks']) expect(readdirSync(join(store.directory, name))).toEqual([]);
    await compute(store, 'a', 'text');
  });

  test('is not available through a store that is only read', async () => {
    const reader = await freshStore({ readonly: true });
    await expect(reader.begin(keyNamed('a'), alone)).rejects.toThrow('was opened read-only');
  });
});

test('a process shows every few seconds that it is alive, until its session ends', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const layout = new Layout(join(freshDirectory(), 'store'));
  const session = new StoreSession(layout, { process: here, clock: systemClock });
  const file = join(layout.sessions, session.token, 'holder.json');
  utimesSync(file, 1, 1);
  vi.advanceTimersByTime(BEAT_MILLISECONDS);
  expect(statSync(file).mtimeMs).toBeGreaterThan(1000);
  // What somebody removed does not come back.
  rmSync(file);
  vi.advanceTimersByTime(BEAT_MILLISECONDS);
  expect(existsSync(file)).toBe(false);
  session.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a session begins by the clock of the file system, whatever the clock of its host says', () => {
  const directory = freshDirectory();
  const before = join(directory, 'before');
  writeFileSync(before, '');
  const layout = new Layout(join(directory, 'store'));
  const session = new StoreSession(layout, { process: here, clock: { ...systemClock, now: () => 0 } });
  expect(session.started).toBeGreaterThanOrEqual(Math.floor(statSync(before).mtimeMs));
  // What it writes from now on is not older than its beginning.
  expect(session.started).toBeLessThanOrEqual(statSync(join(layout.sessions, session.token)).mtimeMs);
  expect(session.now()).toBe(session.started);
  session.close();
});

test.each(['null', '{}', '[]', '{"process":null}', '{"process":{"pid":1,"host":null},"started":1}', ''])(
  'a session whose file holds %j is nobody’s, and stops nobody',
  async (text) => {
    const store = await freshStore();
    const draft = await draftOf(store, 'a');
    const [token] = readdirSync(join(store.directory, 'tmp'));
    writeFileSync(join(store.directory, 'tmp', token!, 'holder.json'), text);
    const other = await ofAnother(store, here);
    await compute(other, 'a', 'text');
    expect(await other.collect({ keep: new Set() })).toMatchObject({ objects: 0 });
    await draft.abandon();
  },
);

describe('drafts', () => {
  test('of dead processes are removed by the next one', async () => {
    const directory = join(freshDirectory(), 'store');
    const gone = await storeAt(directory, { process: dead });
    const draft = await draftOf(gone, 'a');
    writeFileSync(draft.outputPath('out', 'out.txt'), 'half');
    const [session] = readdirSync(join(directory, 'tmp'));
    const ended: string[] = [];
    const store = await storeAt(directory, {
      // What its processes still write is in the folder at this moment.
      endProcesses: (each) => ended.push(`${each} ${existsSync(join(directory, 'tmp', each))}`),
    });
    await store.hold();
    expect(ended).toEqual([`${session} true`]);
    const [own, ...others] = readdirSync(join(directory, 'tmp'));
    expect(others).toEqual([]);
    expect(readdirSync(join(directory, 'tmp', own!))).toEqual(['holder.json']);
  });

  test('of dead processes may be removed by another process at the same time', async () => {
    const directory = join(freshDirectory(), 'store');
    await draftOf(await storeAt(directory, { process: dead }), 'a');
    const endProcesses = (session: string) => rmSync(join(directory, 'tmp', session), { recursive: true });
    await (await storeAt(directory, { endProcesses })).hold();
    expect(readdirSync(join(directory, 'tmp'))).toHaveLength(1);
  });

  test('that are not signed yet stay while their process lives', async () => {
    const store = await freshStore();
    await store.hold();
    const [token] = readdirSync(join(store.directory, 'tmp'));
    const ofTheLiving = token!.replace(/.{6}$/, 'younge');
    const ofTheDead = ofTheLiving.replace(/^\d+/, String(dead.pid));
    for (const name of [ofTheLiving, ofTheDead]) mkdirSync(join(store.directory, 'tmp', name));
    await (await ofAnother(store, here)).hold();
    const left = readdirSync(join(store.directory, 'tmp'));
    expect(left).toHaveLength(3);
    expect(left).toContain(ofTheLiving);
    const long = Date.now() / 1000 - 70;
    utimesSync(join(store.directory, 'tmp', ofTheLiving), long, long);
    await (await ofAnother(store, here)).hold();
    expect(readdirSync(join(store.directory, 'tmp'))).not.toContain(ofTheLiving);
  });

  test('of another host stay while it may live', async () => {
    const store = await freshStore();
    await draftOf(await ofAnother(store, elsewhere), 'a');
    await store.hold();
    expect(readdirSync(join(store.directory, 'tmp'))).toHaveLength(2);
  });
});
