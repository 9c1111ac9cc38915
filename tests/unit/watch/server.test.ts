import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type LivePage, servePage } from '../../../src/watch/server.ts';
import { until } from '../../support/until.ts';

/** Serves a page with these parts until the test has finished. */
async function served(host = '127.0.0.1', parts: LivePage['parts'] = () => ({ a: 'text' })) {
  const page = { document: () => '<p>page</p>', parts, script: '', style: '' };
  const { url, close } = await servePage(page, { host, port: 0 });
  onTestFinished(close);
  const { port, search } = new URL(url);
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<{ readonly asked: ClientRequest; readonly response: IncomingMessage }>((resolve, reject) => {
      const asked = get({ host: '127.0.0.1', port, path, headers }, (response) => resolve({ asked, response }));
      asked.on('error', reject);
      onTestFinished(() => void asked.destroy());
    });
  const entered = await ask(`/${search}`);
  entered.response.resume();
  const cookie = entered.response.headers['set-cookie']![0]!.split(';')[0]!;
  return { url, ask, cookie };
}

test('at most 32 pages are open; one that is closed makes room', async () => {
  const { ask, cookie } = await served();
  const open = await Promise.all(Array.from({ length: 32 }, () => ask('/events', { cookie })));
  expect(open.map(({ response }) => response.statusCode)).toEqual(open.map(() => 200));
  const more = async () => {
    const { response } = await ask('/events', { cookie });
    response.resume();
    return response.statusCode;
  };
  expect(await more()).toBe(503);
  open[0]!.asked.on('error', () => undefined).destroy();
  await until(async () => ((await more()) === 200 ? true : undefined));
});

test('a page on all addresses of the machine is served under its own names only', async () => {
  const { url, ask, cookie } = await served('0.0.0.0');
  expect(url).toContain(`http://${hostname()}:`);
  const statusAs = async (host: string) => (await ask('/', { cookie, host })).response.resume().statusCode;
  expect(await statusAs(hostname())).toBe(200);
  expect(await statusAs('127.0.0.1')).toBe(200);
  expect(await statusAs('evil.example')).toBe(403);
});

test.skipIf(hostname() === 'localhost')('a page on the loopback address has no other names', async () => {
  const { ask, cookie } = await served();
  expect((await ask('/', { cookie, host: hostname() })).response.resume().statusCode).toBe(403);
});

test('an open page gets each part once, and again when it changes', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let parts = { a: '1', b: '1' };
  const { ask, cookie } = await served(undefined, () => parts);
  const { response } = await ask('/events', { cookie });
  expect(response.headers['cache-control']).toBe('no-store');
  let told = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  parts = { a: '1', b: '2' };
  vi.advanceTimersByTime(1000);
  await until(() => (told.includes('"2"') ? true : undefined));
  const events = [...told.matchAll(/^data: (.*)$/gmu)].map(([, text]) => JSON.parse(text!) as object);
  expect(events).toEqual([{ a: '1', b: '1' }, { b: '2' }]);
});
