import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { actionResultForm, plainForm } from '../../../src/remote/protocols/action-result.ts';
import { FolderRemote } from '../../../src/remote/protocols/folder.ts';
import { httpRemote } from '../../../src/remote/protocols/http.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { remoteContract } from '../../contract/remote.ts';
import { type CacheServer, startCacheServer } from '../../support/cache-server.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const key = 'a'.repeat(64);
const opened: (CacheServer | Remote)[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function http(form = plainForm, isConditional = false, authorization?: string) {
  const server = await startCacheServer({ isConditional });
  const remote = httpRemote(server.url, form, authorization);
  opened.push(remote, server);
  return { server, remote };
}

describe('a folder', () => {
  remoteContract(async () => new FolderRemote(mkdtempSync(join(directory, 'folder-'))));

  test('that is missing is not made: it may be a mount that is missing', async () => {
    const remote = new FolderRemote(join(directory, 'no-mount'));
    await expect(remote.record(key)).rejects.toThrow(
      'no-mount cannot be used: there is no such file or folder (ENOENT): ',
    );
    await expect(remote.missing([key])).rejects.toThrow('no-mount cannot be used');
    await expect(remote.putRecord(key, Buffer.from('x'))).rejects.toThrow('no-mount cannot be used');
  });

  test('lists only names that can be entries', async () => {
    const folder = mkdtempSync(join(directory, 'folder-'));
    mkdirSync(join(folder, 'ac'));
    writeFileSync(join(folder, 'ac', '.nfs0001'), '');
    writeFileSync(join(folder, 'ac', key), '');
    const names: string[] = [];
    for await (const { name } of new FolderRemote(folder).upkeep.list()) names.push(name);
    expect(names).toEqual([key]);
  });
});

for (const [name, form, isConditional] of [
  ['an HTTP server', plainForm, false],
  ['an HTTP server that obeys conditions', plainForm, true],
  ['an HTTP server that wants ActionResults', actionResultForm, false],
] as const) {
  describe(name, () => {
    remoteContract(async () => (await http(form, isConditional)).remote);
  });
}

describe('what an HTTP server does wrong', () => {
  test('nobody listens, or not in this protocol: the words say which address, why, and what to check', async () => {
    const { server } = await http();
    const secured = httpRemote(new URL(server.url.href.replace('http:', 'https:')), plainForm, undefined);
    opened.push(secured);
    await expect(secured.record(key)).rejects.toThrow(
      /^https:\/\/127\.0\.0\.1:\d+\/cache\/ac\/a+ cannot be used: no encrypted connection is possible \(\w+\); check whether its address begins/u,
    );
    await server.close();
    const closed = httpRemote(server.url, plainForm, undefined);
    opened.push(closed);
    await expect(closed.record(key)).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/cache\/ac\/a+ cannot be used: the host refused the connection \(ECONNREFUSED\); check the address/u,
    );
  });

  test('a status that is none of the expected names address and status, never credentials', async () => {
    const { server, remote } = await http(plainForm, false, 'Bearer s3cret');
    server.intercept = (_, response) => {
      response.writeHead(401).end();
      return true;
    };
    const error = await remote.record(key).catch((reason: unknown) => reason);
    expect(String(error)).toContain(`/cache/ac/${key} answered 401`);
    expect(String(error)).not.toContain('s3cret');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer s3cret');
  });

  test('a user and password in the address are not shown', async () => {
    const remote = httpRemote(new URL('http://me:s3cret@127.0.0.1:9/x?token=s3cret'), plainForm, undefined);
    opened.push(remote);
    expect(remote.address).toBe('http://127.0.0.1:9/x/');
    expect(String(await remote.record(key).catch((reason: unknown) => reason))).not.toContain('s3cret');
  });

  test('a body that ends too early is a failure that may pass', async () => {
    const { server, remote } = await http();
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half', () => response.destroy());
      return true;
    };
    await expect(remote.record(key)).rejects.toMatchObject({ name: 'RemoteError', transient: true });
    const read = async (content: AsyncIterable<Uint8Array>) => {
      for await (const _ of content);
    };
    await expect(remote.fetch(key, read)).rejects.toMatchObject({ name: 'RemoteError', transient: true });
  });

  test('a body that drips is a failure that may pass, though it is never silent', async () => {
    const { server, remote } = await http();
    let drip: NodeJS.Timeout | undefined;
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      drip = setInterval(() => response.write('x'), 5);
      return true;
    };
    // Each wait for a byte seems to take seven seconds.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 7000));
    onTestFinished(() => {
      clearInterval(drip);
      vi.restoreAllMocks();
    });
    await expect(remote.record(key)).rejects.toMatchObject({
      message: expect.stringContaining('the server sends too slowly'),
      transient: true,
    });
  });

  test('a redirection is not followed: it could carry credentials elsewhere', async () => {
    const { server, remote } = await http();
    server.intercept = (_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
      return true;
    };
    await expect(remote.record(key)).rejects.toThrow('answered 302');
  });

  test('how long to wait is taken from the answer', async () => {
    const { server, remote } = await http();
    server.intercept = (_, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end();
      return true;
    };
    await expect(remote.record(key)).rejects.toMatchObject({ transient: true, retryAfter: 7 });
  });

  test('something else than an ActionResult is refused', () => {
    for (const bytes of [
      Buffer.from('<html>'),
      Buffer.from([0x2a, 0xff]),
      Buffer.from([0x2a, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.alloc(0),
    ]) {
      expect(() => actionResultForm.unwrap(bytes)).toThrow('not an ActionResult');
    }
  });

  test('fields that a server adds to an ActionResult are passed over', () => {
    const sealed = Buffer.alloc(300, 'x');
    const metadata = Buffer.from([0x4a, 3, 1, 2, 3, 0x20, 0x80, 0x01]);
    expect(actionResultForm.unwrap(Buffer.concat([metadata, actionResultForm.wrap(sealed)]))).toEqual(sealed);
  });
});
