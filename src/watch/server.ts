import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { EnvironmentError } from '../problem/errors.ts';

/** What is served: documents with changing parts. */
export interface LivePage {
  /** The HTML of the page, or of the page of one log; undefined if there is no such log. */
  document(log: string | undefined, files: Readonly<Record<'script' | 'style', string>>): string | undefined;
  /** The current HTML of its parts, by the id of the element that each fills. */
  parts(log: string | undefined): Readonly<Record<string, string>>;
  readonly script: string;
  readonly style: string;
}

/** The address to serve on. */
export interface Address {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** How often open pages are updated. */
const tellMilliseconds = 1000;

/** Each open page uses a connection. */
const mostReaders = 32;

/** What a browser may do with the page: docs/security.md has the same text. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const headers = {
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

interface Reader {
  readonly response: ServerResponse;
  readonly log: string | undefined;
  /** What it was last sent. */
  told: Readonly<Record<string, string>>;
}

/**
 * Serves a changing page to everybody who has its address with the token.
 * @throws EnvironmentError if it cannot be served there.
 */
export async function servePage(page: LivePage, place: Address): Promise<{ readonly url: string; close(): void }> {
  const [token, ticket] = [secret(), secret()];
  const script = fileOf(page.script, 'js', 'text/javascript; charset=utf-8');
  const style = fileOf(page.style, 'css', 'text/css; charset=utf-8');
  const readers = new Set<Reader>();
  const names = namesOf(place.host);
  let cookie = '';

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const target = targetOf(request);
    if (target === undefined) return say(response, 400, 'This is not a path on this server.');
    const url = new URL(`http://page${target}`);
    const given = url.searchParams.get('token');
    const isEntering = url.pathname === '/' && given !== null && equal(given, token);
    const refusal = refusalOf(request, isEntering, names);
    if (refusal) return say(response, ...refusal);
    if (isEntering) {
      // Not a redirect: after a link from another site, browsers do not send strict cookies before the next page.
      response.setHeader('Set-Cookie', `${cookie}=${ticket}; Path=/; HttpOnly; SameSite=Strict`);
      return send(response, 200, 'text/html; charset=utf-8', entrance);
    }
    if (!equal(cookiesOf(request).get(cookie) ?? '', ticket)) {
      return say(response, 403, 'Open the address that pipe printed, with its token.');
    }
    if (url.pathname === '/events') return listen(response, url.searchParams.get('log') ?? undefined);
    for (const file of [script, style]) {
      if (url.pathname === file.path) return send(response, 200, file.type, file.text);
    }
    const log = /^\/log\/(?<key>[0-9a-f]{64})$/u.exec(url.pathname)?.groups?.['key'];
    const isPage = url.pathname === '/' || log !== undefined;
    const text = isPage ? page.document(log, { script: script.path, style: style.path }) : undefined;
    if (text === undefined) return say(response, 404, 'There is no such page.');
    return send(response, 200, 'text/html; charset=utf-8', text);
  };

  const listen = (response: ServerResponse, log: string | undefined) => {
    if (readers.size >= mostReaders) return say(response, 503, `${mostReaders} pages are open already.`);
    const reader: Reader = { response, log, told: {} };
    readers.add(reader);
    response.on('close', () => readers.delete(reader));
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    tell(reader);
  };

  const tell = (reader: Reader) => {
    // A page that stopped reading gets the newest state once it continues.
    if (reader.response.writableNeedDrain) return;
    const parts = page.parts(reader.log);
    const changed = Object.entries(parts).filter(([id, text]) => reader.told[id] !== text);
    reader.told = parts;
    if (changed.length > 0) reader.response.write(`data: ${JSON.stringify(Object.fromEntries(changed))}\n\n`);
  };

  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, place)));
    server.listen(place.port, place.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  // Cookies are shared by all ports of a host.
  cookie = `pipe-${port}`;
  const timer = setInterval(() => readers.forEach(tell), tellMilliseconds);
  return {
    url: `http://${nameInUrl(place.host)}:${port}/?token=${token}`,
    close() {
      clearInterval(timer);
      readers.forEach(tell);
      for (const { response } of readers) response.end();
      server.close();
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
    },
  };
}

/** The page after which the browser has the cookie, without the token in its address. */
const entrance =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>pipe</title><p><a href="/">Continue</a></p></html>';

/**
 * The requested path with its query; undefined if the request is for another server. Clients of proxies send whole addresses
 * (`GET http://host/path`), whose host counts instead of `Host`.
 */
function targetOf({ url = '', headers: asked }: IncomingMessage): string | undefined {
  if (url.startsWith('/')) return url;
  const own = `http://${asked.host}`;
  return url.startsWith(`${own}/`) ? url.slice(own.length) : undefined;
}

/** @param isEntering whether it has the token. */
function refusalOf(
  { headers: asked, headersDistinct: all, method }: IncomingMessage,
  isEntering: boolean,
  names: ReadonlySet<string>,
): readonly [status: number, text: string] | undefined {
  // Of several, a proxy and this server may each believe another one.
  if (all['host']?.length !== 1) return [400, 'The request needs one Host header.'];
  // Only the name: a tunnel (ssh -L) may have another port at its other end.
  const name = hostnameOf(asked.host);
  if (name === undefined || !names.has(name)) return [403, 'This page is not served under that host name.'];
  if (all['origin']?.some((origin) => origin !== `http://${asked.host}`))
    return [403, 'The request comes from another site.'];
  const sites = all['sec-fetch-site'] ?? [];
  const isForeign = sites.some((site) => site !== 'same-origin' && site !== 'none');
  // A link to the printed address works also from a terminal or a chat in a browser: it has the token, and opens a page.
  const isLink = isEntering && asked['sec-fetch-mode'] === 'navigate' && asked['sec-fetch-dest'] === 'document';
  if (isForeign && !isLink) return [403, 'The request comes from another site.'];
  return method === 'GET' ? undefined : [405, 'This page is read-only.'];
}

function hostnameOf(host: string | undefined): string | undefined {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}

/** Allowed host names: a site that resolves its own name to this address has another one. */
function namesOf(host: string): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = isLoopback(host) ? [] : [hostname(), host, ...addresses.map(({ address }) => address)];
  const names = ['127.0.0.1', 'localhost', '::1', ...own].map((name) => (isIP(name) === 6 ? `[${name}]` : name));
  return new Set(names.map((name) => hostnameOf(name) ?? name));
}

/** Whether only this machine reaches an address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./u.test(host);
}

function nameInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return isIP(host) === 6 ? `[${host}]` : host;
}

function explained(error: Error, { host, port }: Address): Error {
  const { code } = error as NodeJS.ErrnoException;
  const where = `The page cannot be served at ${host}${port === 0 ? '' : `, port ${port}`}`;
  if (code === 'EADDRINUSE') {
    return new EnvironmentError(`${where}: the port is in use.`, {
      hint: 'choose another with --port, or omit --port to use a free one',
      cause: error,
    });
  }
  return new EnvironmentError(`${where} (${code ?? error.message}).`, {
    hint: 'choose an address of this machine with --host, and a port above 1023 with --port',
    cause: error,
  });
}

function fileOf(text: string, extension: string, type: string) {
  return { path: `/${createHash('sha256').update(text).digest('hex')}.${extension}`, text, type };
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Takes the same time wherever two texts differ. */
function equal(given: string, known: string): boolean {
  const [a, b] = [given, known].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

function cookiesOf({ headers: asked }: IncomingMessage): ReadonlyMap<string, string> {
  const pairs = (asked.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

function say(response: ServerResponse, status: number, text: string): void {
  if (status === 405) response.setHeader('Allow', 'GET');
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, 'Content-Type': type });
  response.end(text);
}
