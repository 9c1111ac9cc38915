import { expect, test } from 'vitest';
import { openRemote, type RemoteSettings, urlProblem } from '../../../src/remote/open-remote.ts';
import { RemoteError } from '../../../src/remote/remote.ts';
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
  ['s3:', 'names no bucket'],
  ['s3://bkt/team x', 'may only have letters'],
  ['s3://bkt/a+b', 'may only have letters'],
  ['s3://bkt/a%2Bb', 'may only have letters'],
  ['ftp://cache.example/', 'has another scheme'],
  ['https://user:p/s3cret@host/x', 'is not a valid URL'],
  ['user:s3cret@host/x', 'has another scheme'],
  ['user@host:s3cret', 'is not a valid URL'],
  ['http://127.0.0.1:99999/', 'is not a valid URL'],
  ['http://', 'is not a valid URL'],
  [' https://cache.example/s3cret', 'begins or ends with a space'],
  ['/mnt/s3cret\n', 'begins or ends with a space'],
  ['https://cache.example/#s3cret', 'contains credentials'],
  ['file://host/s3cret', 'is not the URL of a file'],
  ['file:///mnt/a%2Fs3cret', 'is not the URL of a file'],
  ['./a:b', undefined],
  ['/mnt/a:b', undefined],
])('%s: %s', (url, problem) => {
  if (problem === undefined) expect(urlProblem(url)).toBeUndefined();
  else expect(urlProblem(url)).toContain(problem);
  expect(urlProblem(url) ?? '').not.toMatch(/s3cret/u);
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

test('a bucket without credentials says which variables hold them', async () => {
  const remote = openRemote(settings('s3://bucket'), {}, '/');
  await expect(remote.record(key)).rejects.toThrow('no credentials for s3://bucket');
});

const account = { AWS_ACCESS_KEY_ID: 'AKid', AWS_SECRET_ACCESS_KEY: 'abc', AWS_REGION: 'eu-1' };

test.each([
  ['http://127.0.0.1:9/', 'PIPE_REMOTE_TOKEN_DEFAULT', 'hidden\nvalue'],
  ['http://127.0.0.1:9/', 'PIPE_REMOTE_TOKEN_DEFAULT', 'hidden-值'],
  ['s3://bucket', 'AWS_ACCESS_KEY_ID', 'hidden\nx'],
  ['s3://bucket', 'AWS_SECRET_ACCESS_KEY', 'hidden\u0000x'],
  ['s3://bucket', 'AWS_SESSION_TOKEN', 'hidden\r\nx'],
  ['s3://bucket', 'AWS_REGION', 'hidden\n1'],
  ['s3://bucket', 'AWS_REGION', 'hidden/1'],
  ['s3://bucket', 'AWS_ENDPOINT_URL_S3', 'hidden'],
  ['s3://bucket', 'AWS_ENDPOINT_URL', 'http://me:hidden@127.0.0.1:9/'],
])('%s: requests fail with the name of %s and not with its value %j', async (url, name, value) => {
  const remote = openRemote(settings(url), { ...account, [name]: value }, '/');
  for (const request of [remote.record(key), remote.missing([key]), remote.putRecord(key, Buffer.from('x'))]) {
    const error: unknown = await request.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(String(error)).toContain(`${name} `);
    expect(String(error)).not.toContain('hidden');
  }
});

test('each remote has its own credentials', async () => {
  const server = await startCacheServer();
  const environment = {
    // With the newline of a file that it was read from.
    PIPE_REMOTE_TOKEN_TEAM_CACHE: 'one\n',
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

test.each([
  ['NoSuchKey', undefined],
  ['NoSuchBucket', 'there is no bucket s3://bucket/'],
])('S3 that answers 404 with %s: %s', async (code, refusal) => {
  const server = await startCacheServer();
  server.intercept = (_, response) => {
    response.writeHead(404).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
    return true;
  };
  const remote = openRemote(settings('s3://bucket'), { ...account, AWS_ENDPOINT_URL_S3: server.url.origin }, '/');
  const looked = remote.record(key);
  await (refusal === undefined ? expect(looked).resolves.toBeUndefined() : expect(looked).rejects.toThrow(refusal));
  remote.close();
  await server.close();
});
