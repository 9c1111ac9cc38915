import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src/disk/sha256.ts';
import { plainForm } from '../../../src/remote/protocols/action-result.ts';
import { httpRemote } from '../../../src/remote/protocols/http.ts';
import { Uploads } from '../../../src/remote/uploads.ts';
import { compute, keyNamed } from '../../contract/store.ts';
import { type CacheServer, startCacheServer } from '../../support/cache-server.ts';
import { machineBefore, signer } from '../../support/remote-machine.ts';

const alice = signer('alice');
let shared: CacheServer;

beforeEach(async () => {
  shared = await startCacheServer();
});
afterEach(() => shared.close());

const machine = () =>
  machineBefore([httpRemote(shared.url, plainForm, undefined)], {
    by: alice,
    trust: { keys: [alice.trusted], unsigned: false },
  });

test('what this user computed is signed, and the envelope is kept beside the record', async () => {
  const { local, uploads } = await machine();
  uploads.add(await compute(local, 'a', 'text'));
  expect(await uploads.finish()).toMatchObject({ sent: 1 });
  expect(await local.envelope(keyNamed('a'))).toEqual(shared.contents.get(`/cache/ac/${keyNamed('a')}`));
});

test('what somebody else computed is never signed by this user', async () => {
  const { local, uploads } = await machine();
  uploads.add(await compute(local, 'a', 'text'), { isOwn: false });
  expect(await uploads.finish()).toMatchObject({ sent: 0, unsigned: 1 });
  expect(shared.contents.size).toBe(0);
});

test('an object of two records that are sent at once is sent once', async () => {
  const { local, uploads } = await machine();
  for (const name of ['a', 'b']) uploads.add(await compute(local, name, 'text'));
  expect(await uploads.finish()).toMatchObject({ sent: 2, sentBytes: 4 });
  const puts = shared.requests.filter(({ method, path }) => method === 'PUT' && path.includes(sha256('text')));
  expect(puts).toHaveLength(1);
});

test('sending that is stopped ends, whatever the server does', async () => {
  const { local, uploads } = await machine();
  const record = await compute(local, 'a', 'text');
  const reached = new Promise<void>((resolve) => {
    shared.intercept = ({ method }) => {
      if (method === 'PUT') resolve();
      // It never answers.
      return method === 'PUT';
    };
  });
  uploads.add(record);
  await reached;
  expect(await uploads.stop()).toMatchObject({ sent: 0, failed: 1 });
});

test.each([
  ['answers 404', (response: ServerResponse) => void response.writeHead(404).end(), { sent: 1, failed: 0 }],
  ['breaks the connection', (response: ServerResponse) => void response.destroy(), { sent: 1, failed: 0 }],
  ['answers 500', (response: ServerResponse) => void response.writeHead(500).end(), { sent: 1, failed: 0 }],
  ['refuses to give it', (response: ServerResponse) => void response.writeHead(403).end(), { sent: 0, failed: 1 }],
])(
  'an object that a server claims to have, and then %s, is replaced if its content is read',
  async (_, answer, sent) => {
    const { local, uploads } = await machine();
    const record = await compute(local, 'a', 'text');
    uploads.add(record);
    await uploads.finish();
    shared.intercept = ({ method, url }, response) => {
      const isRead = method === 'GET' && url?.includes(sha256('text')) === true;
      if (isRead) answer(response);
      return isRead;
    };
    const remote = httpRemote(shared.url, plainForm, undefined);
    onTestFinished(() => remote.close());
    const trust = { keys: [alice.trusted], unsigned: false };
    const verifying = new Uploads(local, [{ remote, trust }], alice.signing, { onWarning: () => {}, verifies: true });
    verifying.add(record);
    expect(await verifying.finish()).toMatchObject(sent);
    const puts = shared.requests.filter(({ method, path }) => method === 'PUT' && path.includes(sha256('text')));
    expect(puts).toHaveLength(1 + sent.sent);
  },
);
