import { statSync } from 'node:fs';
import { AwsV4Signer } from 'aws4fetch';
import type { HttpRequest } from '../connection.ts';
import { type EntryKind, isEntryName, type Put, type RemoteEntry, RemoteError } from '../remote.ts';
import { plainForm } from './action-result.ts';
import { HttpRemote } from './http.ts';

/** Which bucket, where it is, and who asks. */
export interface S3Options {
  readonly bucket: string;
  /** Stands before every entry's name; empty or ending in `/`. */
  readonly prefix: string;
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: S3Credentials;
}

/** An access key, and a session token where there is one. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The most that S3 takes in one request. */
const largestObject = 5 * 1024 ** 3;

/** A bucket of S3, or of a server that speaks its language. Records are created on a condition, so the first writer wins. */
export class S3Remote extends HttpRemote {
  readonly #bucket: URL;
  readonly #prefix: string;

  constructor({ bucket, prefix, endpoint, region, credentials }: S3Options) {
    // Path style: every S3 server has it, and a bucket's name need not be a host's.
    const bucketUrl = new URL(`${endpoint.pathname.replace(/\/$/u, '')}/${bucket}/`, endpoint);
    super({
      address: `s3://${bucket}/${prefix}`,
      base: new URL(prefix, bucketUrl),
      form: plainForm,
      isConditional: true,
      authorise: (request, digest) => signed(request, digest, region, credentials),
    });
    this.#bucket = bucketUrl;
    this.#prefix = prefix;
  }

  override async putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    const bytes = statSync(file).size;
    if (bytes <= largestObject) return super.putObject(digest, file, signal);
    const message = `the object ${digest.slice(0, 12)} has ${bytes} bytes, and S3 takes at most ${largestObject} in one request`;
    throw new RemoteError(message, { transient: false });
  }

  async *list(signal?: AbortSignal): AsyncIterable<RemoteEntry> {
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
}

/** A request with Signature Version 4. The server compares a body with the digest, so that a damaged upload is refused there. */
async function signed(
  request: HttpRequest,
  digest: string,
  region: string,
  credentials: S3Credentials,
): Promise<HttpRequest> {
  const { method, url, headers, body } = request;
  const checksum = body && { 'x-amz-checksum-sha256': Buffer.from(digest, 'hex').toString('base64') };
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, ...checksum, 'x-amz-content-sha256': digest },
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
    service: 's3',
    region,
  });
  const result = await signer.sign();
  return { ...request, url: result.url, headers: Object.fromEntries(result.headers) };
}

/** The entries of a page of ListObjectsV2. Names that are no entry's are passed over, so nothing in the XML needs unescaping. */
function* entriesOf(page: string, kind: EntryKind, prefix: string): Iterable<RemoteEntry> {
  for (const [, contents = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gsu)) {
    const key = elementOf(contents, 'Key') ?? '';
    const name = key.slice(prefix.length);
    if (!key.startsWith(prefix) || !isEntryName(name)) continue;
    const modified = Date.parse(elementOf(contents, 'LastModified') ?? '');
    yield { kind, name, bytes: Number(elementOf(contents, 'Size')), modified };
  }
}

function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`, 'u').exec(xml)?.[1];
}
