import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { S3Remote } from '../../src/remote/protocols/s3.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { versitygw } from './places.ts';
import { type Relay, startRelay } from './relay.ts';
import { type RealServer, s3Environment, startVersitygw } from './servers.ts';

const directory = temporaryDirectory();
const mebibyte = 1024 * 1024;

function objectOf(bytes: Buffer) {
  const file = join(mkdtempSync(join(directory, 'object-')), 'object');
  writeFileSync(file, bytes);
  return { digest: createHash('sha256').update(bytes).digest('hex'), file };
}

describe.skipIf(!versitygw)('an object that is too large for one request', () => {
  let server: RealServer;
  let relay: Relay;
  beforeAll(async () => {
    server = await startVersitygw(versitygw as string, directory);
    relay = await startRelay(server.url);
  });
  afterAll(async () => {
    await relay.close();
    await server.close();
  });

  /** A client for which 5 MiB is too much: the minimum size of a part in S3. */
  const remoteAt = (endpoint: URL) =>
    new S3Remote({
      bucket: 'cache',
      prefix: 'p/',
      endpoint,
      region: s3Environment.AWS_REGION,
      credentials: {
        accessKeyId: s3Environment.AWS_ACCESS_KEY_ID,
        secretAccessKey: s3Environment.AWS_SECRET_ACCESS_KEY,
      },
      largestPut: 5 * mebibyte,
      partBytes: 5 * mebibyte,
    });
  const read = async (remote: S3Remote, digest: string) => {
    const hash = createHash('sha256');
    const state = await remote.fetch(digest, async (content) => {
      for await (const chunk of content) hash.update(chunk);
    });
    return state === 'fetched' ? hash.digest('hex') : state;
  };
  const puts = () => relay.seen.filter(({ method, url }) => method === 'PUT' && url.includes('partNumber=')).length;

  test('goes in parts, appears whole, and is not sent again', async () => {
    const remote = remoteAt(relay.url);
    const { digest, file } = objectOf(randomBytes(21 * mebibyte));
    relay.seen.splice(0);
    expect(await remote.putObject(digest, file)).toBe('stored');
    expect(puts()).toBe(5);
    expect(await read(remote, digest)).toBe(digest);
    expect(await remote.putObject(digest, file)).toBe('present');
    expect(puts()).toBe(5);
    remote.close();
  });

  test('continues after a break where it was, and shows nothing before', async () => {
    const remote = remoteAt(relay.url);
    const { digest, file } = objectOf(randomBytes(26 * mebibyte));
    relay.breaks = ({ url }) => url.includes('partNumber=6');
    await expect(remote.putObject(digest, file)).rejects.toMatchObject({ name: 'RemoteError', transient: true });
    relay.breaks = () => false;
    expect(await read(remote, digest)).toBe('absent');
    relay.seen.splice(0);
    expect(await remote.putObject(digest, file)).toBe('stored');
    expect(puts()).toBeLessThan(6);
    expect(relay.seen.some(({ url }) => url.includes('partNumber=6'))).toBe(true);
    expect(await read(remote, digest)).toBe(digest);
    remote.close();
  });

  test('of two writers at once both end, and the object is whole', async () => {
    const { digest, file } = objectOf(randomBytes(16 * mebibyte));
    const [one, two] = [remoteAt(server.url), remoteAt(server.url)];
    const puts = await Promise.allSettled([one.putObject(digest, file), two.putObject(digest, file)]);
    expect(puts.some(({ status }) => status === 'fulfilled')).toBe(true);
    // A writer who lost an upload that both used finds the object when he tries again.
    for (const put of puts) if (put.status === 'rejected') expect(put.reason).toMatchObject({ transient: true });
    expect(await two.putObject(digest, file)).toBe('present');
    expect(await read(one, digest)).toBe(digest);
    for (const remote of [one, two]) remote.close();
  });

  test('whose bytes are not those of its name is not stored', async () => {
    const remote = remoteAt(server.url);
    const { file } = objectOf(randomBytes(11 * mebibyte));
    const digest = '0'.repeat(64);
    await expect(remote.putObject(digest, file)).rejects.toThrow('does not match its digest here');
    expect(await read(remote, digest)).toBe('absent');
    remote.close();
  });
});
