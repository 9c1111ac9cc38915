import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../../src/disk/sha256.ts';
import type { StageRecord } from '../../../src/engine/index.ts';
import { EnvironmentError } from '../../../src/problem/errors.ts';
import { plainForm } from '../../../src/remote/protocols/action-result.ts';
import { httpRemote } from '../../../src/remote/protocols/http.ts';
import { compute, keyNamed } from '../../contract/store.ts';
import { type CacheServer, startCacheServer } from '../../support/cache-server.ts';
import { machineBefore, signer } from '../../support/remote-machine.ts';

const alice = signer('alice');
const key = keyNamed('a');
const tree = { 'one.txt': 'one', 'two.txt': 'two' };

let shared: CacheServer;
let record: StageRecord;

const machine = (...servers: readonly CacheServer[]) =>
  machineBefore(
    servers.map(({ url }) => httpRemote(url, plainForm, undefined)),
    { by: alice, trust: { keys: [alice.trusted], unsigned: false } },
  );
const objectPath = (text: string) => `/cache/cas/${sha256(text)}`;

beforeEach(async () => {
  shared = await startCacheServer();
  const { local, uploads } = await machine(shared);
  record = await compute(local, 'a', 'text', tree);
  uploads.add(record);
  expect(await uploads.finish()).toMatchObject({ sent: 1 });
  shared.requests.splice(0);
});
afterEach(() => shared.close());

test('each record is looked up once', async () => {
  const { chain } = await machine(shared);
  const found = await Promise.all([chain.record(key), chain.record(key)]);
  expect(found.map((each) => each?.record)).toEqual([record, record]);
  await chain.record(key);
  expect(shared.requests).toHaveLength(1);
});

describe('whether there are all objects', () => {
  const outputs = () => Object.values(record.outputs);

  test('is asked of no more remotes than needed', async () => {
    const second = await startCacheServer();
    const { chain } = await machine(shared, second);
    expect(await chain.has(outputs())).toBe(true);
    expect(second.requests).toEqual([]);
    await second.close();
  });

  test('is not answered by a remote that fails, but by the next', async () => {
    const failing = await startCacheServer();
    failing.intercept = (_, response) => {
      response.writeHead(403).end();
      return true;
    };
    expect(await (await machine(failing)).chain.has(outputs())).toBe(false);
    expect(await (await machine(failing, shared)).chain.has(outputs())).toBe(true);
    await failing.close();
  });
});

test('a record of which an object is missing is not brought', async () => {
  shared.contents.delete(objectPath('two'));
  const { chain, local } = await machine(shared);
  expect((await chain.record(key))?.record).toEqual(record);
  expect(await chain.bring(record)).toBe(false);
  expect(await local.find(key)).toEqual({ state: 'miss' });
  // What could be brought stays: the next attempt needs less.
  expect(local.hasObject(sha256('one'))).toBe(true);
});

test('what fails here is no failure of the remote', async () => {
  const { chain, local, warnings } = await machine(shared);
  vi.spyOn(local, 'adoptObject').mockRejectedValue(new EnvironmentError('The disk is full.'));
  await expect(chain.bring(record)).rejects.toThrow('The disk is full.');
  expect([chain.hasFailed, warnings]).toEqual([false, []]);
});

describe('a check of all objects', () => {
  test('finds none wrong where none is', async () => {
    expect(await (await machine(shared)).chain.check(record)).toBe(true);
  });

  test.each([
    ['a file that is missing', 'text', undefined],
    ['a file with other bytes', 'text', 'TEXT'],
    ['a missing file of a folder', 'two', undefined],
    ['a file of a folder with other bytes', 'two', 'TWO'],
  ])('finds %s', async (_, text, instead) => {
    if (instead === undefined) shared.contents.delete(objectPath(text));
    else shared.contents.set(objectPath(text), Buffer.from(instead));
    expect(await (await machine(shared)).chain.check(record)).toBe(false);
  });

  test('finds the list of files of a folder with other bytes', async () => {
    shared.contents.set(`/cache/cas/${record.outputs['tree']!.digest}`, Buffer.from('{"format":1,"files":[]}'));
    expect(await (await machine(shared)).chain.check(record)).toBe(false);
  });
});
