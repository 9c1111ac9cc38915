import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import PQueue from 'p-queue';
import { drain, type HttpAnswer, type HttpRequest, statusError } from '../connection.ts';
import { type Put, RemoteError } from '../remote.ts';
import { elementOf, elementsOf } from './s3-xml.ts';

/** What a multipart upload needs from the bucket. */
export interface PartsBucket {
  readonly url: URL;
  send(request: HttpRequest, digest?: string): Promise<HttpAnswer>;
  /** The whole body of an answer that must be 200. */
  text(url: URL, answer: HttpAnswer, doing: string): Promise<string>;
}

/** A file to upload as an object. */
export interface LargeObject {
  readonly digest: string;
  readonly url: URL;
  readonly file: string;
  readonly bytes: number;
}

/** A part of the file, and the server's name for it. */
interface Part {
  readonly number: number;
  readonly start: number;
  readonly bytes: number;
  /** sha256, in hex. */
  readonly digest: string;
}

/** How an object is sent in parts. */
export interface PartsOptions {
  /** The size of a part; larger if there would be too many. */
  readonly partBytes: number;
  /** For the request that gives the object its name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** S3 accepts at most this many parts. */
const mostParts = 10_000;

const partsAtOnce = 4;

/**
 * Sends an object with S3's multipart upload. Parts from an earlier attempt, by any writer, are not sent again: the name of an object is
 * its content, and the server reports the sha256 of each part. The name appears only when all parts are there.
 */
export async function putInParts(
  bucket: PartsBucket,
  object: LargeObject,
  { partBytes, headers, signal }: PartsOptions,
): Promise<Put> {
  const begun = await unfinishedUpload(bucket, object);
  const upload = begun ?? (await beginUpload(bucket, object));
  const known = begun === undefined ? new Map<number, KnownPart>() : await knownParts(bucket, object, begun);
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const queue = new PQueue({ concurrency: partsAtOnce });
  const sending: Promise<string>[] = [];
  const size = Math.max(partBytes, Math.ceil(object.bytes / mostParts));
  const whole = createHash('sha256');
  try {
    for (let start = 0; start < object.bytes; start += size) {
      either.throwIfAborted();
      const bytes = Math.min(size, object.bytes - start);
      const digest = await digestOfRange(object.file, start, bytes, whole);
      const part = { number: sending.length + 1, start, bytes, digest };
      const sent = queue.add(() => sentPart(bucket, object, upload, part, known.get(part.number), either));
      sent.catch((error: unknown) => failed.abort(error));
      sending.push(sent);
      // Not further ahead: what was read must still be in the system's memory when it is sent.
      await queue.onSizeLessThan(1);
    }
    const parts = await Promise.all(sending);
    if (whole.digest('hex') === object.digest) {
      return await finishUpload(bucket, object, upload, parts, headers);
    }
  } finally {
    failed.abort();
    await Promise.allSettled(sending);
  }
  await abandonUpload(bucket, object, upload);
  throw new RemoteError(`the object ${object.digest.slice(0, 12)} does not match its digest here`, {
    transient: false,
  });
}

async function digestOfRange(file: string, start: number, bytes: number, whole: Hash): Promise<string> {
  const part = createHash('sha256');
  for await (const chunk of createReadStream(file, { start, end: start + bytes - 1, highWaterMark: 1024 * 1024 })) {
    part.update(chunk as Buffer);
    whole.update(chunk as Buffer);
  }
  return part.digest('hex');
}

/** An unfinished upload of this object. */
async function unfinishedUpload(bucket: PartsBucket, { url }: LargeObject): Promise<string | undefined> {
  const name = decodeURIComponent(url.pathname.slice(bucket.url.pathname.length));
  const list = withQuery(bucket.url, { uploads: '', prefix: name });
  const answer = await bucket.send({ method: 'GET', url: list });
  const text = await bucket.text(list, answer, 'a look-up of unfinished uploads');
  for (const each of elementsOf(text, 'Upload'))
    if (elementOf(each, 'Key') === name) return elementOf(each, 'UploadId');
  return undefined;
}

async function beginUpload(bucket: PartsBucket, { url }: LargeObject): Promise<string> {
  const begin = withQuery(url, { uploads: '' });
  const headers = { 'x-amz-checksum-algorithm': 'SHA256' };
  const answer = await bucket.send({ method: 'POST', url: begin, headers });
  const upload = elementOf(await bucket.text(begin, answer, 'the start of an upload'), 'UploadId');
  if (upload === undefined)
    throw new RemoteError(`${url.pathname}: the server returned no upload ID`, { transient: false });
  return upload;
}

interface KnownPart {
  /** As the server writes it, in XML. */
  readonly tag: string;
  readonly bytes: number;
  /** sha256 in base64, if the server keeps it. */
  readonly checksum: string | undefined;
}

async function knownParts(
  bucket: PartsBucket,
  { url }: LargeObject,
  uploadId: string,
): Promise<Map<number, KnownPart>> {
  const known = new Map<number, KnownPart>();
  let after: string | undefined = '0';
  while (after !== undefined) {
    const list: URL = withQuery(url, { uploadId, 'part-number-marker': after });
    const text = await bucket.text(list, await bucket.send({ method: 'GET', url: list }), 'a look-up of parts');
    for (const each of elementsOf(text, 'Part')) {
      const bytes = Number(elementOf(each, 'Size'));
      const checksum = elementOf(each, 'ChecksumSHA256');
      known.set(Number(elementOf(each, 'PartNumber')), { tag: elementOf(each, 'ETag') ?? '', bytes, checksum });
    }
    after = elementOf(text, 'IsTruncated') === 'true' ? elementOf(text, 'NextPartNumberMarker') : undefined;
  }
  return known;
}

/** Sends a part unless it exists; returns its name for the end of the upload. */
async function sentPart(
  bucket: PartsBucket,
  { url, file }: LargeObject,
  uploadId: string,
  { number, start, bytes, digest }: Part,
  known: KnownPart | undefined,
  signal: AbortSignal,
): Promise<string> {
  const checksum = Buffer.from(digest, 'hex').toString('base64');
  const named = (tag: string) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${tag}</ETag><ChecksumSHA256>${checksum}</ChecksumSHA256></Part>`;
  if (known?.bytes === bytes && known.checksum === checksum) return named(known.tag);
  const target = withQuery(url, { partNumber: String(number), uploadId });
  const answer = await bucket.send({ method: 'PUT', url: target, body: { file, bytes, start }, signal }, digest);
  await drain(answer);
  if (answer.status !== 200) throw partError(target, answer);
  return named(String(answer.headers.etag).replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
}

/** If the upload is gone, another writer ended it: the next attempt finds the object, or begins again. */
function partError(url: URL, answer: HttpAnswer): RemoteError {
  const error = statusError(url, answer, 'a part of an upload');
  return answer.status === 404 ? new RemoteError(error.message, { transient: true }) : error;
}

async function finishUpload(
  bucket: PartsBucket,
  object: LargeObject,
  upload: string,
  parts: readonly string[],
  condition: Readonly<Record<string, string>>,
): Promise<Put> {
  const url = withQuery(object.url, { uploadId: upload });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  const body = Buffer.from(`<CompleteMultipartUpload xmlns="${namespace}">${parts.join('')}</CompleteMultipartUpload>`);
  const headers = { ...condition, 'content-type': 'application/xml' };
  const digest = createHash('sha256').update(body).digest('hex');
  const answer = await bucket.send({ method: 'POST', url, headers, body }, digest);
  if (answer.status === 412 || answer.status === 409) {
    await drain(answer);
    await abandonUpload(bucket, object, upload);
    return 'present';
  }
  if (answer.status === 404) throw partError(url, answer);
  // The server may begin its answer before it has joined the parts, and report a failure in the body.
  const text = await bucket.text(url, answer, 'the end of an upload');
  const code = elementOf(text, 'Code');
  if (!text.includes('<Error>')) return 'stored';
  throw new RemoteError(`${url.host}${url.pathname}: the upload could not be completed: ${code}`, { transient: true });
}

async function abandonUpload(bucket: PartsBucket, { url }: LargeObject, uploadId: string): Promise<void> {
  await drain(await bucket.send({ method: 'DELETE', url: withQuery(url, { uploadId }) }));
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const result = new URL(url);
  for (const [name, value] of Object.entries(query)) result.searchParams.set(name, value);
  return result;
}
