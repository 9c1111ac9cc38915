import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { Connections, drain, type HttpAnswer, type HttpBody, type HttpRequest, statusError } from '../connection.ts';
import type { EntryKind, Put, Remote, Take } from '../remote.ts';
import { largestRecord } from '../sealed-record.ts';
import type { RecordForm } from './action-result.ts';

/** How a server that speaks HTTP is spoken to. */
export interface HttpDialect {
  /** For messages. */
  readonly address: string;
  /** Ends in `/`; entries are found below it. */
  readonly base: URL;
  readonly form: RecordForm;
  /** Whether the server obeys `If-None-Match: *`; if not, it is asked first, and of two writers at once the last may win. */
  readonly isConditional: boolean;
  /** Adds what the server wants to know. @param digest sha256 of the body, in hex. */
  authorise(request: HttpRequest, digest: string): Promise<HttpRequest>;
}

/** A server that keeps what it is given by PUT, in Bazel's cache layout: `ac/KEY` and `cas/DIGEST`, bytes uncompressed. */
export class HttpRemote implements Remote {
  readonly address: string;
  readonly #dialect: HttpDialect;
  readonly #connections = new Connections();

  constructor(dialect: HttpDialect) {
    this.#dialect = dialect;
    this.address = dialect.address;
  }

  async record(key: string, signal?: AbortSignal): Promise<Buffer | undefined> {
    const stored = await this.read(this.#url('ac', key), signal);
    return stored && this.#dialect.form.unwrap(stored);
  }

  async putRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<Put> {
    const url = this.#url('ac', key);
    if (!this.#dialect.isConditional && (await this.#has(url, signal))) return 'present';
    return this.#putRecord(url, sealed, { 'if-none-match': '*' }, signal);
  }

  async replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void> {
    await this.#putRecord(this.#url('ac', key), sealed, {}, signal);
  }

  async missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    const present = await Promise.all(digests.map((digest) => this.#has(this.#url('cas', digest), signal)));
    return digests.filter((_, index) => !present[index]);
  }

  async fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'> {
    const url = this.#url('cas', digest);
    const answer = await this.#send({ method: 'GET', url, headers: { 'accept-encoding': 'identity' }, signal });
    if (answer.status === 404) return drain(answer).then(() => 'absent');
    if (answer.status !== 200) return this.#refuse(url, answer, 'a download');
    await take(this.#connections.content(answer, url, signal));
    return 'fetched';
  }

  async putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    return this.#put(this.#url('cas', digest), { file, bytes: statSync(file).size }, digest, {}, signal);
  }

  async remove(kind: EntryKind, name: string, signal?: AbortSignal): Promise<void> {
    const url = this.#url(kind, name);
    const answer = await this.#send({ method: 'DELETE', url, signal });
    if (![200, 202, 204, 404].includes(answer.status)) return this.#refuse(url, answer, 'a removal');
    await drain(answer);
  }

  /** The whole of a small document; undefined if there is none. */
  async read(url: URL, signal?: AbortSignal): Promise<Buffer | undefined> {
    const answer = await this.#send({ method: 'GET', url, signal });
    if (answer.status === 404) return drain(answer).then(() => undefined);
    if (answer.status !== 200) return this.#refuse(url, answer, 'a look-up');
    return this.#connections.bytes(answer, url, largestRecord, signal);
  }

  close(): void {
    this.#connections.close();
  }

  async #has(url: URL, signal: AbortSignal | undefined): Promise<boolean> {
    const answer = await this.#send({ method: 'HEAD', url, signal });
    if (answer.status !== 200 && answer.status !== 404) return this.#refuse(url, answer, 'a look-up');
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
    return this.#put(url, body, createHash('sha256').update(body).digest('hex'), headers, signal);
  }

  async #put(
    url: URL,
    body: HttpBody,
    digest: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Put> {
    const answer = await this.#send({ method: 'PUT', url, body, headers, signal }, digest);
    // 412: another is there. 409: another conditional writer is at it in this moment, and one of the two wins.
    if (answer.status === 412 || answer.status === 409) return drain(answer).then(() => 'present');
    if (![200, 201, 202, 204].includes(answer.status)) return this.#refuse(url, answer, 'an upload');
    await drain(answer);
    return 'stored';
  }

  async #send(request: HttpRequest, digest: string = digestOfNothing): Promise<HttpAnswer> {
    return this.#connections.send(await this.#dialect.authorise(request, digest));
  }

  async #refuse(url: URL, answer: HttpAnswer, doing: string): Promise<never> {
    await drain(answer);
    throw statusError(url, answer, doing);
  }

  #url(kind: EntryKind, name: string): URL {
    return new URL(`${kind}/${name}`, this.#dialect.base);
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
