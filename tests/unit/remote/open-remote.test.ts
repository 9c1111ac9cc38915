import { expect, test } from 'vitest';
import { openRemote, type RemoteSettings, urlProblem } from '../../../src/remote/open-remote.ts';
import { startCacheServer } from '../../support/cache-server.ts';

const key = 'a'.repeat(64);
const settings = (url: string, name = 'default'): RemoteSettings => ({
  name,
  url,
  access: 'read-write',
  unsigned: false,
  records: 'plain',
});

test.each([
  ['https://cache.example/pipe', undefined],
  ['s3://bucket/a/b', undefined],
  ['/mnt/shared', undefined],
  ['../shared', undefined],
  ['file:///mnt/shared', undefined],
  ['https://me:secret@cache.example/', 'contains credentials'],
  ['https://cache.example/?token=secret', 'contains credentials'],
  ['s3:///prefix', 'names no bucket'],
  ['ftp://cache.example/', 'has the scheme ftp:'],
])('%s: %s', (url, problem) => {
  if (problem === undefined) expect(urlProblem(url)).toBeUndefined();
  else expect(urlProblem(url)).toContain(problem);
});

test.each([
  ['s3://bucket/a/b', 's3://bucket/a/b/'],
  ['s3://bucket', 's3://bucket/'],
  ['http://127.0.0.1:9/x', 'http://127.0.0.1:9/x/'],
  ['shared', '/project/shared'],
  ['file:///mnt/a%20b', '/mnt/a b'],
])('%s is opened as %s', (url, address) => {
  const environment = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  const remote = openRemote(settings(url), environment, '/project');
  remote.close();
  expect(remote.address).toBe(address);
});

test('a bucket without credentials says which variables hold them', () => {
  expect(() => openRemote(settings('s3://bucket'), {}, '/')).toThrow('no credentials for s3://bucket');
});

test('each remote has its own credentials', async () => {
  const server = await startCacheServer();
  const environment = {
    PIPE_REMOTE_TOKEN_TEAM_CACHE: 'one',
    PIPE_REMOTE_USER_OTHER: 'me',
    PIPE_REMOTE_PASSWORD_OTHER: 'two',
  };
  for (const name of ['team-cache', 'other', 'third']) {
    const remote = openRemote(settings(server.url.href, name), environment, '/');
    await remote.record(key);
    remote.close();
  }
  await server.close();
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer one',
    `Basic ${Buffer.from('me:two').toString('base64')}`,
    undefined,
  ]);
});
