import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { AwsV4Signer } from 'aws4fetch';
import { sha256 } from '../../disk/sha256.ts';
import { drain, type HttpAnswer, refuse } from '../connection.ts';
import { type EntryKind, isEntryName, type Put, type RemoteEntry, RemoteError, type RemoteUpkeep } from '../remote.ts';
import { plainForm } from './action-result.ts';
import { type HttpDialect, HttpRemote, onlyIfNew } from './http.ts';
import { type PartsBucket, putInParts } from './s3-parts.ts';
import { elementOf, elementsOf } from './s3-xml.ts';

/** A bucket, its address, and the credentials. */
export interface S3Options {
  readonly bucket: string;
  /** Prefix of every entry's name; empty or ending in `/`. */
  readonly prefix: string;
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: S3Credentials;
  /** Larger objects are sent in parts. */
  readonly largestPut?: number;
  /** The size of such a part; larger if there would be too many. */
  readonly partBytes?: number;
}

/** An access key, and a session token if there is one. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The limit of S3 for one request. */
const largestPut = 5 * 1024 ** 3;

const usualPartBytes = 64 * 1024 ** 2;

/** A bucket of S3, or of a compatible server. Records are created conditionally, so the first writer wins. */
export class S3Remote extends HttpRemote {
  readonly upkeep: RemoteUpkeep = {
    list: (signal) => this.#list(signal),
    remove: (kind, name, signal) => this.#remove(kind, name, signal),
  };
  readonly #bucket: URL;
  readonly #prefix: string;
  readonly #largestPut: number;
  readonly #partBytes: number;

  constructor(options: S3Options) {
    const { bucket, prefix, endpoint } = options;
    // Path style: every S3 server supports it, and the name of a bucket need not be a valid host name.
    const bucketUrl = new URL(`${endpoint.pathname.replace(/\/$/u, '')}/${bucket}/`, endpoint);
    super({
      address: `s3://${bucket}/${prefix}`,
      base: new URL(prefix, bucketUrl),
      form: plainForm,
      isConditional: true,
      authorise: signerOf(options),
    });
    this.#bucket = bucketUrl;
    this.#prefix = prefix;
    this.#largestPut = options.largestPut ?? largestPut;
    this.#partBytes = options.partBytes ?? usualPartBytes;
  }

  override async putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    if (statSync(file).size <= this.#largestPut) return super.putObject(digest, file, signal);
    if ((await this.missing([digest], signal)).length === 0) return 'present';
    return this.#putInParts(digest, file, onlyIfNew, signal);
  }

  override async replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void> {
    if (statSync(file).size <= this.#largestPut) return super.replaceObject(digest, file, signal);
    await this.#putInParts(digest, file, {}, signal);
  }

  protected override async confirmAbsent(url: URL, answer: HttpAnswer, signal?: AbortSignal): Promise<void> {
    const text = (await this.readAnswer(url, { ...answer, status: 200 }, 'a look-up', signal)).toString('utf8');
    if (elementOf(text, 'Code') !== 'NoSuchBucket') return;
    throw new RemoteError(`there is no bucket ${this.address} (NoSuchBucket)`, { transient: false });
  }

  #putInParts(
    digest: string,
    file: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Put> {
    const bucket: PartsBucket = {
      url: this.#bucket,
      send: (request, bodyDigest) => this.send({ ...request, signal: request.signal ?? signal }, bodyDigest),
      text: async (url, answer, doing) => (await this.readAnswer(url, answer, doing, signal)).toString('utf8'),
    };
    const object = { digest, url: this.entryUrl('cas', digest), file, bytes: statSync(file).size };
    return putInParts(bucket, object, { partBytes: this.#partBytes, headers, signal });
  }

  async *#list(signal?: AbortSignal): AsyncIterable<RemoteEntry> {
    for (const kind of ['ac', 'cas'] as const) {
      const prefix = `${this.#prefix}${kind}/`;
      let token: string | undefined;
      do {
        const url = new URL(this.#bucket);
        url.searchParams.set('list-type', '2');
        url.searchParams.set('prefix', prefix);
        if (token !== undefined) url.searchParams.set('continuation-token', token);
        const page = (await this.read(url, signal))?.toString('utf8') ?? '';
        yield* entriesOf(page, kind, prefix);
        token = elementOf(page, 'NextContinuationToken');
      } while (token !== undefined);
    }
  }
  async #remove(kind: EntryKind, name: string, signal: AbortSignal | undefined): Promise<void> {
    const url = this.entryUrl(kind, name);
    const answer = await this.send({ method: 'DELETE', url, signal });
    if (![200, 204, 404].includes(answer.status)) return refuse(url, answer, 'a removal');
    await drain(answer);
  }
}

/** aws4fetch signs by WebCrypto, whose trips to the thread pool are most of what sending many small objects costs: this does it at once. */
class SyncSigner extends AwsV4Signer {
  override async signature(): Promise<string> {
    const canonical = await this.canonicalString();
    const text = ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, sha256(canonical)].join('\n');
    const parts = this.credentialString.split('/');
    const key = parts.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${this.secretAccessKey}`);
    return hmac(key, text).toString('hex');
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Adds Signature Version 4. The server compares the body with the digest, so it refuses a damaged upload. */
function signerOf({ region, credentials }: S3Options): HttpDialect['authorise'] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return async (request, digest) => {
    const { method, url, headers, body } = request;
    const checksum = method === 'PUT' &&
      body && { 'x-amz-checksum-sha256': Buffer.from(digest, 'hex').toString('base64') };
    const signer = new SyncSigner({
      method,
      url: url.href,
      headers: { ...headers, ...checksum, 'x-amz-content-sha256': digest },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 's3',
      region,
    });
    const result = await signer.sign();
    return { ...request, url: result.url, headers: Object.fromEntries(result.headers) };
  };
}

/** The entries of a page of ListObjectsV2. Other names are ignored, so nothing in the XML needs unescaping. */
function* entriesOf(page: string, kind: EntryKind, prefix: string): Iterable<RemoteEntry> {
  for (const contents of elementsOf(page, 'Contents')) {
    const key = elementOf(contents, 'Key') ?? '';
    const name = key.slice(prefix.length);
    if (!key.startsWith(prefix) || !isEntryName(name)) continue;
    const modified = Date.parse(elementOf(contents, 'LastModified') ?? '');
    yield { kind, name, bytes: Number(elementOf(contents, 'Size')), modified };
  }
}
