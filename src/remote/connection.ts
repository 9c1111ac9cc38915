import { setMaxListeners } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { SMALL_BYTES } from '../disk/sha256.ts';
import { type Clock, systemClock } from '../engine/index.ts';
import { connectionFailure } from '../problem/connection.ts';
import { RemoteError } from './remote.ts';

/** What is sent: bytes, or a range of a file. */
export type HttpBody = Buffer | { readonly file: string; readonly bytes: number; readonly start?: number };

/** One request to a server. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal?: AbortSignal | undefined;
}

/** The answer of a server, with its body not read yet. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
}

/** A connection that is silent for this long counts as broken. */
const silenceMilliseconds = 20_000;

/** The least that must arrive in that time: a server that drips must not delay a run without end. */
const leastBytes = 1024;

/** An answer must begin this long after the request is sent. */
const answerMilliseconds = 60_000;

/** A large file is read in pieces of this size: each costs a trip to the thread pool. */
const pieceBytes = 4 * 1024 * 1024;

/** Maximum number of connections to one server. */
export const connectionsAtOnce = 16;

/** Keep-alive connections to one server; redirects are not followed, because they could carry credentials elsewhere. */
export class Connections {
  readonly #plain = new Agent({ keepAlive: true, maxSockets: connectionsAtOnce });
  readonly #tls = new TlsAgent({ keepAlive: true, maxSockets: connectionsAtOnce });

  /** Sends a request. @throws RemoteError if no answer comes; the signal's reason if it is aborted. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { method, url, headers = {}, body, signal } = request;
    signal?.throwIfAborted();
    // Every request listens, and there are more of them at once than Node considers normal.
    if (signal) setMaxListeners(0, signal);
    const isTls = url.protocol === 'https:';
    const length = Buffer.isBuffer(body) ? body.length : (body?.bytes ?? 0);
    const message = (isTls ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, ...((method === 'PUT' || method === 'POST') && { 'content-length': String(length) }) },
      agent: isTls ? this.#tls : this.#plain,
      signal,
    });
    message.setTimeout(silenceMilliseconds, () => message.destroy(new Error('the server is silent')));
    let patience: NodeJS.Timeout | undefined;
    let isAnswered = false;
    try {
      const answered = answerOf(message);
      // An answer, such as a refusal, may arrive before the body is sent: then nobody reads the rest.
      const sent = Promise.all([send(message, body), connected(message)]).then(
        () => {
          const late = () => message.destroy(new Error('the server does not begin to answer'));
          if (!isAnswered) patience = setTimeout(late, answerMilliseconds);
        },
        (error: unknown) => error,
      );
      const answer = await Promise.race([answered, sent.then((error) => (error ? Promise.reject(error) : answered))]);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer };
    } catch (error) {
      message.destroy();
      throw this.#failure(url, error, signal);
    } finally {
      isAnswered = true;
      clearTimeout(patience);
    }
  }

  /** The whole body of an answer; refused if it exceeds a size. */
  async bytes(answer: HttpAnswer, url: URL, limit: number, signal?: AbortSignal): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.content(answer, url, signal)) {
      size += chunk.length;
      if (size > limit) throw new RemoteError(`${addressOf(url)} sent more than ${limit} bytes`, { transient: false });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** The body of an answer as it arrives; a connection that breaks is a RemoteError. */
  async *content({ body }: HttpAnswer, url: URL, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    let [waited, received] = [0, 0];
    let asked = performance.now();
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        waited += performance.now() - asked;
        received += chunk.length;
        if (waited > silenceMilliseconds) {
          if (received < leastBytes) throw new Error('the server sends too slowly');
          [waited, received] = [0, 0];
        }
        yield chunk;
        // The time that the reader takes is not the server's.
        asked = performance.now();
      }
    } catch (error) {
      throw this.#failure(url, error, signal);
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  #failure(url: URL, error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof RemoteError) return error;
    const reason = connectionFailure(error)?.reason ?? (error as Error).message;
    return new RemoteError(`${addressOf(url)} cannot be used: ${reason}`, { transient: true, cause: error });
  }
}

/** A URL without user, password and query, as messages may show it. */
function addressOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** What is read of an answer whose content does not matter; more costs more than a new connection. */
const drainedBytes = 64 * 1024;

/** Reads an answer to its end, so that its connection can be used again; one that is long or slow is closed instead. */
export async function drain({ body }: HttpAnswer, clock: Pick<Clock, 'after'> = systemClock): Promise<void> {
  let read = 0;
  const cancel = clock.after(silenceMilliseconds, () => body.destroy());
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > drainedBytes) body.destroy();
  });
  await new Promise((resolve) => body.once('close', resolve));
  cancel();
}

/** The meaning of a status other than the expected ones. */
export function statusError(url: URL, { status, headers }: HttpAnswer, doing: string): RemoteError {
  const transient = status === 408 || status === 429 || status >= 500;
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const hint = status === 401 || status === 403 ? ' (are the credentials right?)' : '';
  return new RemoteError(`${addressOf(url)} answered ${status} to ${doing}${hint}`, {
    transient,
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  });
}

/** Reads an answer with an unexpected status to its end, and throws its meaning. */
export async function refuse(url: URL, answer: HttpAnswer, doing: string): Promise<never> {
  await drain(answer);
  throw statusError(url, answer, doing);
}

function answerOf(message: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    message.once('response', resolve);
    message.on('error', reject);
  });
}

/** Resolves once a connection is free for the request. */
function connected(message: ReturnType<typeof httpRequest>): Promise<void> {
  return new Promise((resolve) => message.once('socket', () => resolve()));
}

async function send(message: ReturnType<typeof httpRequest>, body: HttpRequest['body']): Promise<void> {
  if (body === undefined || Buffer.isBuffer(body)) {
    message.end(body);
    return;
  }
  const { file, bytes, start = 0 } = body;
  if (start === 0 && bytes <= SMALL_BYTES) {
    message.end(readFileSync(file));
    return;
  }
  await pipeline(createReadStream(file, { start, end: start + bytes - 1, highWaterMark: pieceBytes }), message);
}
