import { readFileSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pipe, startPipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { begun, letGo, startWatching, writeWatched } from '../support/watched.ts';

const directory = temporaryDirectory();
let run: Awaited<ReturnType<typeof startWatching>>;
let elsewhere: Awaited<ReturnType<typeof startWatching>>;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Requests a path exactly as it is written: `fetch` would normalize it, and sets its own Host. */
function ask(url: URL, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: url.hostname, port: url.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

/** The status that lines of a request get, sent as they are. */
function statusOf(url: URL, lines: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
    });
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/u.exec(text)?.[1])));
  });
}

async function cookieOf(url: URL): Promise<string> {
  const { headers } = await ask(url, `/${url.search}`);
  return headers['set-cookie']![0]!.split(';')[0]!;
}

/** The parts that a page receives, until one of them matches. */
function told(url: URL, cookie: string, path: string, fits: (parts: Record<string, string>) => boolean) {
  return new Promise<Record<string, string>>((resolve, reject) => {
    const parts: Record<string, string> = {};
    const asked = get({ host: url.hostname, port: url.port, path, headers: { cookie } }, (response) => {
      let waiting = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const events = (waiting + text).split('\n\n');
        waiting = events.pop()!;
        for (const event of events) if (event.startsWith('data: ')) Object.assign(parts, JSON.parse(event.slice(6)));
        if (!fits(parts)) return;
        resolve(parts);
        asked.destroy();
      });
      response.on('end', () => reject(new Error(`it ended with ${JSON.stringify(parts)}`)));
    });
    asked.on('error', reject);
  });
}

beforeAll(async () => {
  writeWatched(directory);
  run = await startWatching(['run', 'p.yaml', '--watch'], directory);
  await begun(directory);
  // A run in another process is found once it has begun its log.
  elsewhere = await startWatching(['watch'], directory);
});

afterAll(async () => {
  letGo(directory);
  for (const each of [run, elsewhere]) {
    each?.child.kill('SIGINT');
    await each?.outcome;
  }
});

describe('who may see the page', () => {
  test('the token is exchanged for a cookie that scripts and other sites do not get', async () => {
    const { status, headers, body } = await ask(run.url, `/${run.url.search}`);
    expect(status).toBe(200);
    expect(headers['set-cookie']![0]).toMatch(/^pipe-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/u);
    expect(run.url.searchParams.get('token')).toMatch(/^[\w-]{43}$/u);
    expect(body).not.toContain(run.url.searchParams.get('token'));
    expect(headers['set-cookie']![0]).not.toContain(run.url.searchParams.get('token'));
    expect((await ask(run.url, '/', { cookie: await cookieOf(run.url) })).status).toBe(200);
  });

  test.each([
    ['no token', '/', {}],
    ['another token', '/?token=AAAA', {}],
    ['an empty token', '/?token=', {}],
    ['the token as the cookie', '/', { cookie: 'TOKEN' }],
    ['another cookie', '/events', { cookie: 'pipe=1' }],
    ['the token, but not for the page itself', '/events?TOKEN', {}],
  ])('%s: refused', async (_, path, headers: Record<string, string>) => {
    const token = run.url.searchParams.get('token')!;
    const sent = headers['cookie'] === 'TOKEN' ? { cookie: `pipe-${run.url.port}=${token}` } : headers;
    const { status, body } = await ask(run.url, path.replace('TOKEN', `token=${token}`), sent);
    expect({ status, body }).toEqual({
      status: 403,
      body: 'Open the address that pipe printed, with its token.\n',
    });
  });

  test.each([
    ['another host', { host: 'evil.example' }],
    ['another host with this port', { host: 'evil.example:PORT' }],
    ['a host that is none', { host: '[' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['an origin that is none', { origin: 'null' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }],
  ])('%s: refused, cookie or not', async (_, headers: Record<string, string>) => {
    const cookie = await cookieOf(run.url);
    const sent = Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, v.replace('PORT', run.url.port)]));
    for (const path of ['/', '/events']) expect((await ask(run.url, path, { cookie, ...sent })).status, path).toBe(403);
  });

  test('a link of another site opens the page if it has the token; nothing else of that site does', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const cookie = await cookieOf(run.url);
    const withToken = `/${run.url.search}`;
    expect((await ask(run.url, withToken, link)).status).toBe(200);
    expect((await ask(run.url, '/', { cookie, ...link })).status).toBe(403);
    expect((await ask(run.url, '/?token=AAAA', { cookie, ...link })).status).toBe(403);
    expect((await ask(run.url, withToken, { ...link, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    expect((await ask(run.url, withToken, { ...link, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  });

  test('requests that proxies and servers read differently are refused', async () => {
    const { host } = run.url;
    const cookie = `Cookie: ${await cookieOf(run.url)}`;
    const status = (target: string, ...lines: readonly string[]) =>
      statusOf(run.url, [`GET ${target} HTTP/1.1`, cookie, ...lines]);
    expect(await status('/', `Host: ${host}`)).toBe(200);
    expect(await status(`http://${host}/`, `Host: ${host}`)).toBe(200);
    expect(await status('/', `Host: ${host}`, 'Host: evil.example')).toBe(400);
    expect(await status('/', `Host: ${host}`, `Host: ${host}`)).toBe(400);
    expect(await status('/')).toBe(400);
    expect(await status('http://evil.example/', `Host: ${host}`)).toBe(400);
    expect(await status(`http://${host}@evil.example/`, `Host: ${host}`)).toBe(400);
    expect(await status('http://evil.example/', 'Host: evil.example')).toBe(403);
    expect(await status('*', `Host: ${host}`)).toBe(400);
    expect(await status('/', `Host: ${host}`, 'Origin: http://evil.example', `Origin: http://${host}`)).toBe(403);
  });

  test.each(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080'])('through a tunnel, as %s: served', async (host) => {
    const cookie = await cookieOf(run.url);
    expect((await ask(run.url, '/', { cookie, host })).status).toBe(200);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s: refused', async (method) => {
    const { status, headers } = await ask(run.url, '/', { cookie: await cookieOf(run.url) }, method);
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET' });
  });

  test.each([
    '/p.yaml',
    '/../p.yaml',
    '/..%2fp.yaml',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/log/../../p.yaml',
    '/log/..%2f..%2fp.yaml',
    `/log/${'0'.repeat(64)}`,
    `/log/${'0'.repeat(64)}/..`,
    '/log/',
  ])('there is nothing at %s', async (path) => {
    expect((await ask(run.url, path, { cookie: await cookieOf(run.url) })).status).toBe(404);
  });

  test('every answer forbids scripts of others, frames and guesses; script and style go by their digest', async () => {
    const cookie = await cookieOf(run.url);
    const page = await ask(run.url, '/', { cookie });
    const files = [...page.body.matchAll(/(?:src|href)="(?<path>\/[0-9a-f]{64}\.(?:js|css))"/gu)].map(
      ([, path]) => path!,
    );
    expect(files).toHaveLength(2);
    expect(page.body).not.toMatch(/<script(?! src)|<style| style=| on\w+=/u);
    const [, documented] = /^ {6}(default-src .*)$/mu.exec(readFileSync('docs/security.md', 'utf8'))!;
    for (const path of ['/', '/none', ...files]) {
      const { headers } = await ask(run.url, path, { cookie });
      expect(headers).toMatchObject({
        'content-security-policy': documented,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      expect(documented).not.toContain('unsafe');
    }
  });
});

test('a missing run is reported with a message', async () => {
  const { code, stderr } = await pipe(['watch', 'none'], { directory });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('There is no run "none" here') });
});

describe('what it shows', () => {
  test.each(['this process', 'another process'])('progress, curves and logs of a run of %s, as text', async (where) => {
    const { url } = where === 'this process' ? run : elsewhere;
    const cookie = await cookieOf(url);
    const parts = await told(url, cookie, '/events', (now) => now['curves']?.includes('at step 3') === true);
    expect(parts).toMatchObject({
      headline: expect.stringContaining('0 of 2 stages done'),
      'state-0': expect.stringContaining('running'),
      'state-1': expect.stringContaining('queued'),
      'now-0': expect.stringContaining('&lt;img src=x onerror=alert(2)&gt; 3'),
      curves: expect.stringContaining('<h3>&lt;b&gt;loss&lt;/b&gt;</h3>'),
    });
    const [, log] = /href="(?<path>\/log\/[0-9a-f]{64})"/u.exec(parts['log-0']!)!;
    expect((await ask(url, log!, { cookie })).status).toBe(200);
    const said = await told(
      url,
      cookie,
      `/events?log=${log!.slice(5)}`,
      ({ log: text }) => text?.includes('words') === true,
    );
    expect(said['log']).toContain('&lt;script&gt;alert(1)&lt;/script&gt; \u241b[31m words');
  });

  test('the end, after the end; then a store that is gone', async () => {
    letGo(directory);
    for (const { url } of [run, elsewhere]) {
      const cookie = await cookieOf(url);
      const parts = await told(
        url,
        cookie,
        '/events',
        (now) => now['headline']?.includes('2 of 2 stages done in') === true,
      );
      expect(parts['curves']).toContain('at step 3');
    }
    await until(() => (run.said().includes('the page stays until Ctrl-C') ? true : undefined));
    rmSync(join(directory, 'artifacts'), { recursive: true });
    for (const { url } of [run, elsewhere]) {
      const cookie = await cookieOf(url);
      const { 'log-0': cell } = await told(url, cookie, '/events', (now) => now['log-0'] !== undefined);
      const [, key] = /log\/(?<key>[0-9a-f]{64})/u.exec(cell!)!;
      const { log } = await told(url, cookie, `/events?log=${key}`, (now) => now['log'] !== undefined);
      expect(log).toBe('the log is empty or no longer stored');
    }
    for (const each of [run, elsewhere]) {
      each.child.kill('SIGINT');
      expect(await each.outcome).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

test('a run whose process was killed: the page says so, and keeps what it has', async () => {
  const other = temporaryDirectory();
  writeWatched(other);
  const killed = startPipe(['run', 'p.yaml'], { directory: other });
  await begun(other);
  const watching = await startWatching(['watch'], other);
  killed.child.kill('SIGKILL');
  await killed.outcome;
  const cookie = await cookieOf(watching.url);
  const parts = await told(watching.url, cookie, '/events', ({ notice }) => notice?.includes('process ended') === true);
  expect(parts).toMatchObject({
    notice: expect.stringMatching(
      /The run was interrupted: its process ended .* last heard of at 20\d\d-.* UTC\. .*`pipe run p\.yaml`/u,
    ),
    headline: 'Interrupted: 0 of 2 stages done',
    lead: '1 interrupted, 1 not started',
    'state-0': expect.stringContaining('interrupted'),
    'state-1': expect.stringContaining('not started'),
    'now-0': expect.stringMatching(/^after [\d.]+s, at .*onerror=alert\(2\)&gt; 3/u),
    'left-0': '',
    bar: expect.not.stringContaining('running'),
  });
  expect(JSON.stringify(parts)).not.toMatch(/\brunning\b/u);
  watching.child.kill('SIGINT');
  expect((await watching.outcome).code).toBe(0);

  expect(await pipe(['report'], { directory: other })).toMatchObject({ code: 0, stderr: '' });
  const report = readFileSync(join(other, 'report.html'), 'utf8');
  expect(report).toMatch(/interrupted after [\d.]+s</u);
  expect(report).toMatch(/last heard of at 20\d\d-.* UTC\. .*`pipe run p\.yaml`/u);
  expect(report).not.toContain('0.00s');
  const shown = await pipe(['show', 'last'], { directory: other });
  expect(shown.stdout).toContain('To continue, type `pipe run p.yaml`');
});

describe('bad input', () => {
  test('a port in use is reported with a message, before anything runs', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const other = temporaryDirectory();
    writeWatched(other);
    const { code, stdout, stderr } = await pipe(['run', 'p.yaml', '--watch', '--port', String(port)], {
      directory: other,
    });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`port ${port}: the port is in use`);
    expect(stderr).toContain('hint: choose another with --port');
    taken.close();
  });

  test.each([
    [['watch'], 2, 'There are no results yet'],
    [['run', 'p.yaml', '--watch', '--port', '65536'], 2, '0 to 65535'],
    [['run', 'p.yaml', '--watch', '--host', '203.0.113.7'], 3, 'cannot be served at 203.0.113.7'],
  ])('%j: exit %i', async (words, exit, message) => {
    const other = temporaryDirectory();
    writeWatched(other);
    const { code, stderr } = await pipe(words, { directory: other });
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringContaining(message) });
  });
});
