import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import PQueue from 'p-queue';
import {
  Connections,
  connectionsAtOnce,
  drain,
  type HttpAnswer,
  type HttpBody,
  type HttpRequest,
  refuse,
} from '../connection.ts';
import type { EntryKind, Put, Remote, Take } from '../remote.ts';
import { largestRecord } from '../sealed-record.ts';
import type { RecordForm } from './action-result.ts';

/** How to talk to an HTTP server. */
export interface HttpDialect {
  /** For messages. */
  readonly address: string;
  /** Ends in `/`; entries are below it. */
  readonly base: URL;
  readonly form: RecordForm;
  /** Whether the server obeys `If-None-Match: *`; if not, we ask first, and of two writers at the same time the last may win. */
  readonly isConditional: boolean;
  /** Adds what the server requires. @param digest sha256 of the body, in hex. */
  authorise(request: HttpRequest, digest: string): Promise<HttpRequest>;
}

/** Asking for an object of this size takes about as long as sending it. */
const smallBytes = 64 * 1024;

/** The condition under which the first writer wins. */
export const onlyIfNew = { 'if-none-match': '*' };

/** A server that stores what it gets by PUT, in Bazel's cache layout: `ac/KEY` and `cas/DIGEST`, bytes uncompressed. */
export class HttpRemote implements Remote {
  readonly address: string;
  readonly unaskedBytes: number;
  readonly #dialect: HttpDialect;
  readonly #connections = new Connections();
  /** Requests are created when a connection is free: a signature that waits for one gets old. */
  readonly #lookUps = new PQueue({ concurrency: connectionsAtOnce });

  constructor(dialect: HttpDialect) {
    this.#dialect = dialect;
    this.address = dialect.address;
    this.unaskedBytes = dialect.isConditional ? smallBytes : 0;
  }

  async record(key: string, signal?: AbortSignal): Promise<Buffer | undefined> {
    const stored = await this.read(this.entryUrl('ac', key), signal);
    return stored && this.#dialect.form.unwrap(stored);
  }

  async putRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<Put> {
    const url = this.entryUrl('ac', key);
    if (!this.#dialect.isConditional && (await this.#has(url, signal))) return 'present';
    return this.#putRecord(url, sealed, onlyIfNew, signal);
  }

  async replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void> {
    await this.#putRecord(this.entryUrl('ac', key), sealed, {}, signal);
  }

  async missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    const asked = digests.map((digest) => () => this.#has(this.entryUrl('cas', digest), signal));
    const present = await this.#lookUps.addAll(asked);
    return digests.filter((_, index) => !present[index]);
  }

  async fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'> {
    const url = this.entryUrl('cas', digest);
    const answer = await this.send({ method: 'GET', url, headers: { 'accept-encoding': 'identity' }, signal });
    if (answer.status === 404) return drain(answer).then(() => 'absent');
    if (answer.status !== 200) return refuse(url, answer, 'a download');
    await take(this.#connections.content(answer, url, signal));
    return 'fetched';
  }

  async putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    const bytes = statSync(file).size;
    const headers = bytes <= this.unaskedBytes ? onlyIfNew : {};
    return this.put(this.entryUrl('cas', digest), { file, bytes }, digest, headers, signal);
  }

  async replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void> {
    await this.put(this.entryUrl('cas', digest), { file, bytes: statSync(file).size }, digest, {}, signal);
  }

  close(): void {
    this.#connections.close();
  }

  /** Sends one request in the form that this server requires. @param digest sha256 of the body, in hex. */
  protected async send(request: HttpRequest, digest: string = digestOfNothing): Promise<HttpAnswer> {
    return this.#connections.send(await this.#dialect.authorise(request, digest));
  }

  /** A small document; undefined if there is none. */
  protected async read(url: URL, signal?: AbortSignal): Promise<Buffer | undefined> {
    const answer = await this.send({ method: 'GET', url, signal });
    if (answer.status === 404) return this.confirmAbsent(url, answer, signal).then(() => undefined);
    return this.readAnswer(url, answer, 'a look-up', signal);
  }

  /** Reads a 404 to its end. @throws RemoteError if it means more than that the entry is missing. */
  protected async confirmAbsent(_url: URL, answer: HttpAnswer, _signal?: AbortSignal): Promise<void> {
    await drain(answer);
  }

  /** The whole body of an answer that must be 200. */
  protected async readAnswer(url: URL, answer: HttpAnswer, doing: string, signal?: AbortSignal): Promise<Buffer> {
    if (answer.status !== 200) return refuse(url, answer, doing);
    return this.#connections.bytes(answer, url, largestRecord, signal);
  }

  protected async put(
    url: URL,
    body: HttpBody,
    digest: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Put> {
    const answer = await this.send({ method: 'PUT', url, body, headers, signal }, digest);
    // 412: there is another one. 409: another conditional writer is active at this moment, and one of the two wins.
    if (answer.status === 412 || answer.status === 409) return drain(answer).then(() => 'present');
    if (![200, 201, 202, 204].includes(answer.status)) return refuse(url, answer, 'an upload');
    await drain(answer);
    return 'stored';
  }

  protected entryUrl(kind: EntryKind, name: string): URL {
    return new URL(`${kind}/${name}`, this.#dialect.base);
  }

  async #has(url: URL, signal: AbortSignal | undefined): Promise<boolean> {
    const answer = await this.send({ method: 'HEAD', url, signal });
    if (answer.status !== 200 && answer.status !== 404) return refuse(url, answer, 'a look-up');
    await drain(answer);
    return answer.status === 200;
  }

  #putRecord(
    url: URL,
    sealed: Buffer,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Put> {
    const body = this.#dialect.form.wrap(sealed);
    return this.put(url, body, createHash('sha256').update(body).digest('hex'), headers, signal);
  }
}

const digestOfNothing = createHash('sha256').digest('hex');

/** A plain HTTP server. @param authorization the value of that header, from the environment. */
export function httpRemote(url: URL, form: RecordForm, authorization: string | undefined): Remote {
  const base = new URL(url);
  base.username = '';
  base.password = '';
  base.search = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new HttpRemote({
    address: base.href,
    base,
    form,
    isConditional: false,
    authorise: async (request) =>
      authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } },
  });
}
