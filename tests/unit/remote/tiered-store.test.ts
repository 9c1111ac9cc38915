import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { plainForm } from '../../../src/remote/protocols/action-result.ts';
import { httpRemote } from '../../../src/remote/protocols/http.ts';
import { RemoteChain } from '../../../src/remote/remote-chain.ts';
import { openSealedRecord, sealRecord, type Trust } from '../../../src/remote/sealed-record.ts';
import { type Remotes, readingFrom, TieredStore } from '../../../src/remote/tiered-store.ts';
import { Uploads } from '../../../src/remote/uploads.ts';
import { draftOf } from '../../contract/store.ts';
import { type CacheServer, startCacheServer } from '../../support/cache-server.ts';
import { storeAt } from '../../support/fresh-store.ts';
import { machineBefore, type Signer, signer, threeStages } from '../../support/remote-machine.ts';
import { toyPipeline } from '../../support/toy-pipelines.ts';

const alice = signer('alice');
const mallory = signer('mallory');
const trustsAlice: Trust = { keys: [alice.trusted], unsigned: false };
const servers: CacheServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function server(): Promise<CacheServer> {
  const started = await startCacheServer();
  servers.push(started);
  return started;
}

function machine(
  remotes: readonly CacheServer[],
  {
    by = alice,
    trust = trustsAlice,
    ...rest
  }: { readonly by?: Signer | 'nobody'; readonly trust?: Trust; readonly believes?: Remotes['believes'] } = {},
) {
  const opened = remotes.map(({ url }) => httpRemote(url, plainForm, undefined));
  return machineBefore(opened, { by: by === 'nobody' ? undefined : by, trust, ...rest });
}

const allHits = { teacher: 'hit', student: 'hit', report: 'hit' };
const allRan = { teacher: 'ran', student: 'ran', report: 'ran' };
const gets = ({ requests }: CacheServer, kind: 'ac' | 'cas') =>
  requests.filter(({ method, path }) => method === 'GET' && path.includes(`/${kind}/`)).length;

test('a second machine computes nothing, with one request a record, and brings no object', async () => {
  const shared = await server();
  expect(await (await machine([shared])).run(threeStages())).toMatchObject({
    states: allRan,
    sent: { sent: 3, failed: 0 },
  });
  shared.requests.splice(0);
  const second = await machine([shared]);
  expect(await second.run(threeStages())).toMatchObject({ states: allHits, sent: { records: 0 } });
  expect(gets(shared, 'ac')).toBe(3);
  expect(gets(shared, 'cas')).toBe(0);
  expect(second.warnings).toEqual([]);
});

test('of what is reused, only what a stage reads is brought; then it is in the local store', async () => {
  const shared = await server();
  await (await machine([shared])).run(threeStages());
  shared.requests.splice(0);
  const second = await machine([shared]);
  expect((await second.run(threeStages(2))).states).toEqual({ teacher: 'hit', student: 'hit', report: 'ran' });
  expect(gets(shared, 'cas')).toBe(1);
  const student = second.rig.eventsOf('stage-hit').find(({ stage }) => stage === 'student')!;
  expect(await second.local.find(student.key, { verify: true })).toMatchObject({ state: 'hit' });
});

test('a plan brings no object, and makes no store', async () => {
  const shared = await server();
  await (await machine([shared])).run(threeStages());
  shared.requests.splice(0);
  const second = await machine([shared]);
  const plan = await second.plan(threeStages(2));
  expect(plan.stages.map(({ forecast }) => forecast.state)).toEqual(['hit', 'hit', 'miss']);
  expect(gets(shared, 'cas')).toBe(0);
});

test('nothing is sent twice: neither a record that is there nor an object that two records share', async () => {
  const shared = await server();
  const twins = toyPipeline([
    { id: 'one', config: { seed: 1 } },
    { id: 'two', config: { seed: 1 }, uses: 'toy' },
    { id: 'after', needs: { one: 'one', two: 'two' } },
  ]);
  const first = await machine([shared]);
  await first.run(twins);
  await first.run(twins);
  const puts = shared.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);
  expect(new Set(puts).size).toBe(puts.length);
});

test('what is found here is asked of no remote', async () => {
  const shared = await server();
  const first = await machine([shared]);
  await first.run(threeStages());
  const { key } = first.rig.eventsOf('stage-finished').find(({ stage }) => stage === 'student')!;
  shared.requests.splice(0);
  const remote = httpRemote(shared.url, plainForm, undefined);
  const chain = new RemoteChain(first.local, [{ remote, trust: trustsAlice }], { onWarning: () => undefined });
  const store = new TieredStore(first.local, readingFrom(chain, undefined));
  expect(await store.find(key, { verify: true, reading: true })).toMatchObject({ state: 'hit' });
  expect(shared.requests).toEqual([]);
  remote.close();
});

test('a record and its object cost three requests and two to send', async () => {
  const shared = await server();
  const one = await machine([shared]);
  await one.run(threeStages());
  const of = (method: string, kind: string) =>
    shared.requests.filter((each) => each.method === method && each.path.includes(`/${kind}/`)).length;
  // Three records, each with one object: asked for, looked for before it is put, put.
  expect([of('GET', 'ac'), of('HEAD', 'ac'), of('PUT', 'ac')]).toEqual([6, 3, 3]);
  expect([of('HEAD', 'cas'), of('PUT', 'cas')]).toEqual([3, 3]);
});

describe('what is lost or altered is a miss that is repaired', () => {
  test('an object that the remote lost', async () => {
    const shared = await server();
    await (await machine([shared])).run(threeStages());
    for (const path of [...shared.contents.keys()]) if (path.includes('/cas/')) shared.contents.delete(path);
    const second = await machine([shared]);
    expect((await second.run(threeStages(2))).states).toMatchObject({ student: 'ran', report: 'ran' });
    shared.requests.splice(0);
    // The repair has put the objects back.
    expect((await (await machine([shared])).run(threeStages(3))).states).toEqual({
      teacher: 'hit',
      student: 'hit',
      report: 'ran',
    });
  });

  test('an object with other bytes', async () => {
    const shared = await server();
    await (await machine([shared])).run(threeStages());
    for (const path of [...shared.contents.keys()]) {
      if (path.includes('/cas/')) shared.contents.set(path, Buffer.from('other bytes'));
    }
    const second = await machine([shared]);
    const { states: after } = await second.run(threeStages(2));
    expect(after).toMatchObject({ student: 'ran', report: 'ran' });
    expect(second.warnings.join()).toContain('has another sha256');
    // The repair has replaced them.
    expect((await (await machine([shared])).run(threeStages(3))).states).toMatchObject({
      student: 'hit',
      report: 'ran',
    });
  });

  test('an object that the local store lost', async () => {
    const shared = await server();
    const first = await machine([shared]);
    await first.run(threeStages());
    const { outputs } = first.rig.eventsOf('stage-finished').find(({ stage }) => stage === 'student')!;
    rmSync(first.local.objectPath(outputs['out']!.digest));
    shared.requests.splice(0);
    expect((await first.run(threeStages(2))).states).toEqual({ teacher: 'hit', student: 'hit', report: 'ran' });
    // The record is here: only that of the report is asked for, before it runs and before it is sent.
    expect(gets(shared, 'ac')).toBe(2);
  });
});

describe('a result whose object is not in the local store', () => {
  async function withoutObject() {
    const shared = await server();
    const { local, store, run, rig } = await machine([shared]);
    await run(threeStages());
    const { key, outputs } = rig.eventsOf('stage-finished').find(({ stage }) => stage === 'student')!;
    const object = local.objectPath(outputs['out']!.digest);
    return { shared, store, local, key, output: outputs['out']!, object };
  }

  test('is a hit where it is to be reused and a remote has the object, which is read when it is needed', async () => {
    const { shared, store, local, key, output, object } = await withoutObject();
    rmSync(object);
    expect(await store.find(key)).toMatchObject({ state: 'broken', damage: 'missing' });
    expect(await store.find(key, { verify: true })).toMatchObject({ state: 'hit' });
    expect(local.hasObject(output.digest)).toBe(false);
    expect(readFileSync(await store.open(output, 'out.txt'), 'utf8')).toContain('teacher');
    rmSync(object);
    shared.contents.clear();
    expect(await store.find(key, { verify: true })).toMatchObject({ state: 'broken', damage: 'missing' });
    await expect(store.open(output, 'out.txt')).rejects.toThrow('is missing in');
  });

  test('is broken where it is damaged here, whatever the remote has', async () => {
    const { store, local, key, object } = await withoutObject();
    await local.close();
    for (const reading of [false, true]) {
      chmodSync(object, 0o644);
      writeFileSync(object, 'other bytes');
      // Before it entered the store, a process leaves damaged objects where they are.
      expect(await store.find(key, { verify: true, reading })).toMatchObject({ state: 'broken', damage: 'damaged' });
    }
  });
});

test('local records that do not count are computed again, once', async () => {
  const shared = await server();
  const asked: string[] = [];
  const believes = async ({ key }: { readonly key: string }) => {
    asked.push(key);
    return false;
  };
  const doubting = await machine([shared], { believes });
  const other = await storeAt(doubting.local.directory);
  await doubting.rig.run(threeStages(), {}, { store: other });
  expect((await doubting.run(threeStages())).states).toEqual(allRan);
  expect(asked).toHaveLength(3);
  expect((await doubting.run(threeStages())).states).toEqual(allHits);
});

test('the folder of a failed command is kept as by the local store', async () => {
  const { store } = await machine([await server()]);
  const draft = await draftOf(store, 'a');
  writeFileSync(join(draft.scratch, 'log'), 'failed');
  expect(readFileSync(join(draft.keepScratch!()!, 'log'), 'utf8')).toBe('failed');
  await draft.abandon();
});

describe('trust', () => {
  test('a record by somebody who is not trusted is not accepted, and gives way', async () => {
    const shared = await server();
    await (await machine([shared], { by: mallory, trust: { keys: [mallory.trusted], unsigned: false } })).run(
      threeStages(),
    );
    const second = await machine([shared]);
    expect(await second.run(threeStages())).toMatchObject({ states: allRan, sent: { sent: 3 } });
    expect(second.warnings.join()).toContain(`is signed by "${mallory.signing.id.slice(0, 12)}"; trusted keys: alice`);
    expect((await (await machine([shared])).run(threeStages())).states).toEqual(allHits);
  });

  test('the next remote is asked where the first is not accepted', async () => {
    const [bad, good] = [await server(), await server()];
    await (await machine([bad], { by: mallory, trust: { keys: [mallory.trusted], unsigned: false } })).run(
      threeStages(),
    );
    await (await machine([good])).run(threeStages());
    expect((await (await machine([bad, good])).run(threeStages())).states).toEqual(allHits);
  });

  test("somebody else's envelope travels unchanged", async () => {
    const [first, second] = [await server(), await server()];
    await (await machine([first])).run(threeStages());
    const bob = signer('bob');
    const trust = { keys: [alice.trusted, bob.trusted], unsigned: false };
    const between = await machine([first, second], { by: bob, trust });
    await between.run(threeStages(2));
    const student = between.rig.eventsOf('stage-hit').find(({ stage }) => stage === 'student')!.key;
    const found = await between.local.find(student);
    if (found.state !== 'hit') throw new Error(found.state);
    const uploads = new Uploads(
      between.local,
      [{ remote: httpRemote(second.url, plainForm, undefined), trust }],
      bob.signing,
      { onWarning: (message) => between.warnings.push(message) },
    );
    uploads.add(found.record);
    expect(await uploads.finish()).toMatchObject({ sent: 1 });
    const path = `/cache/ac/${student}`;
    expect(second.contents.get(path)).toEqual(first.contents.get(path));
  });

  test('an envelope of what was computed before, or by a key that is trusted no more, gives way to a new one', async () => {
    const shared = await server();
    const bob = signer('bob');
    const trust = { keys: [bob.trusted], unsigned: false };
    const first = await machine([shared], { by: bob, trust });
    await first.run(threeStages());
    const { key } = first.rig.eventsOf('stage-finished').find(({ stage }) => stage === 'student')!;
    const found = await first.local.find(key);
    if (found.state !== 'hit') throw new Error(found.state);
    const { record } = found;
    const earlier = { ...record, seconds: record.seconds + 1 };
    for (const kept of [sealRecord(earlier, bob.signing), sealRecord(record, mallory.signing)]) {
      shared.contents.delete(`/cache/ac/${key}`);
      await first.local.keepEnvelope(key, kept);
      const remote = httpRemote(shared.url, plainForm, undefined);
      const uploads = new Uploads(first.local, [{ remote, trust }], bob.signing, {
        onWarning: (message) => first.warnings.push(message),
      });
      uploads.add(record);
      expect(await uploads.finish()).toMatchObject({ sent: 1 });
      const opened = openSealedRecord(shared.contents.get(`/cache/ac/${key}`) as Buffer, key, trust);
      expect(opened).toMatchObject({ record: { seconds: record.seconds }, signer: { name: 'bob' } });
      remote.close();
    }
  });

  test('without a key nothing is sent to a remote that wants signatures', async () => {
    const shared = await server();
    const first = await machine([shared], { by: 'nobody' });
    expect((await first.run(threeStages())).sent).toMatchObject({ unsigned: 3, sent: 0 });
    expect(shared.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

test('a remote that fails in every way costs warnings, not the run', async () => {
  const shared = await server();
  shared.intercept = (_, response) => {
    response.writeHead(500).end();
    return true;
  };
  const first = await machine([shared]);
  const { states: after, sent } = await first.run(threeStages());
  expect(after).toEqual(allRan);
  expect(sent).toMatchObject({ failed: 3 });
  expect(first.warnings).toHaveLength(2);
});

test('two machines that compute the same at once: the first record stays, and both continue', async () => {
  const shared = await server();
  const [one, two] = await Promise.all([machine([shared]), machine([shared])]);
  const results = await Promise.all([one.run(threeStages()), two.run(threeStages())]);
  for (const { sent } of results) expect(sent.failed).toBe(0);
  expect((await (await machine([shared])).run(threeStages())).states).toEqual(allHits);
});
