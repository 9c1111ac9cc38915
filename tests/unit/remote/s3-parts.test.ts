import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/disk/sha256.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/remote/connection.ts';
import { type PartsBucket, putInParts } from '../../../src/remote/protocols/s3-parts.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const content = Buffer.from('0123456789');
const file = join(temporaryDirectory(), 'object');
writeFileSync(file, content);

interface StoredPart {
  readonly bytes: Buffer;
  readonly tag: string;
}

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly etag?: string;
}

/** A bucket in memory, with the part of S3 that uploads in parts use. */
class Bucket implements PartsBucket {
  readonly url = new URL('http://s3.example/bucket/');
  readonly uploads = new Map<string, Map<number, StoredPart>>();
  readonly objects = new Map<string, Buffer>();
  readonly sent: string[] = [];
  /** Answers in place of the bucket; to be set by a test. */
  intercept: (request: HttpRequest, name: string) => Answer | undefined = () => undefined;
  /** Names of an object whose upload has begun, by upload. */
  readonly #names = new Map<string, string>();

  begin(name: string, parts: readonly (readonly [number, string])[] = []): string {
    const upload = `upload ${this.uploads.size + 1}`;
    this.uploads.set(upload, new Map(parts.map(([number, text]) => [number, partOf(Buffer.from(text))])));
    this.#names.set(upload, name);
    return upload;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { url, method } = request;
    const name = url.pathname.slice(this.url.pathname.length);
    const query = url.searchParams;
    this.sent.push(`${method} ${[...query.keys()].join(' ')}`.trim());
    const { status, text = '', etag }: Answer = this.intercept(request, name) ?? this.#answer(request, name);
    return {
      status,
      headers: { ...(etag && { etag }) },
      body: Readable.from([Buffer.from(text)]),
    } as unknown as HttpAnswer;
  }

  async text(_: URL, answer: HttpAnswer): Promise<string> {
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    const chunks: Buffer[] = [];
    for await (const chunk of answer.body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  #answer({ url, method, body }: HttpRequest, name: string): Answer {
    const query = url.searchParams;
    const upload = query.get('uploadId') ?? '';
    const parts = this.uploads.get(upload);
    if (query.has('uploads') && method === 'GET') {
      const open = [...this.uploads.keys()].map((each) =>
        xml('Upload', { Key: this.#names.get(each)!, UploadId: each }),
      );
      return { status: 200, text: open.join('') };
    }
    if (query.has('uploads')) return { status: 200, text: xml('Begun', { UploadId: this.begin(name) }) };
    if (parts === undefined) return { status: 404 };
    if (method === 'GET') {
      // One part a page.
      const next = [...parts.keys()].sort().find((number) => number > Number(query.get('part-number-marker')));
      const part = next === undefined ? undefined : parts.get(next)!;
      const isLast = next === undefined || next === Math.max(...parts.keys());
      const listed =
        part &&
        xml('Part', {
          PartNumber: String(next),
          ETag: part.tag,
          Size: String(part.bytes.length),
          ChecksumSHA256: createHash('sha256').update(part.bytes).digest('base64'),
        });
      const rest = { IsTruncated: String(!isLast), ...(next !== undefined && { NextPartNumberMarker: String(next) }) };
      return { status: 200, text: `${listed ?? ''}${xml('List', rest)}` };
    }
    if (method === 'PUT') {
      const range = body as { file: string; start: number; bytes: number };
      const part = partOf(readFileSync(range.file).subarray(range.start, range.start + range.bytes));
      parts.set(Number(query.get('partNumber')), part);
      return { status: 200, etag: part.tag };
    }
    if (method === 'DELETE') {
      this.uploads.delete(upload);
      return { status: 204 };
    }
    const named = [...String(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/gu)];
    const joined = named.map(([, number, tag]) => {
      const part = parts.get(Number(number))!;
      expect(tag).toBe(part.tag);
      return part.bytes;
    });
    this.uploads.delete(upload);
    this.objects.set(name, Buffer.concat(joined));
    return { status: 200 };
  }
}

function partOf(bytes: Buffer): StoredPart {
  return { bytes, tag: `tag of ${bytes.toString()}` };
}

function xml(name: string, fields: Readonly<Record<string, string>>): string {
  return `<${name}>${Object.entries(fields)
    .map(([field, text]) => `<${field}>${text}</${field}>`)
    .join('')}</${name}>`;
}

const put = (bucket: Bucket, digest = sha256(content)) =>
  putInParts(
    bucket,
    { digest, url: new URL(`cas/${digest}`, bucket.url), file, bytes: content.length },
    { partBytes: 4, headers: {}, signal: undefined },
  );
const nameOf = (digest = sha256(content)) => `cas/${digest}`;
const partsSent = ({ sent }: Bucket) => sent.filter((each) => each.startsWith('PUT')).length;

test('an object is joined from its parts, in their order', async () => {
  const bucket = new Bucket();
  expect(await put(bucket)).toBe('stored');
  expect(bucket.objects).toEqual(new Map([[nameOf(), content]]));
  expect(partsSent(bucket)).toBe(3);
  expect(bucket.uploads.size).toBe(0);
});

test('parts of an earlier attempt are not sent again, unless they have other bytes', async () => {
  const bucket = new Bucket();
  bucket.begin('cas/another', [[1, '0123']]);
  bucket.begin(nameOf(), [
    [1, '0123'],
    [2, 'XXXX'],
    [3, '89'],
  ]);
  expect(await put(bucket)).toBe('stored');
  expect(bucket.objects.get(nameOf())).toEqual(content);
  expect(partsSent(bucket)).toBe(1);
});

test('bytes that are not those of the name are not stored, and nothing is left of them', async () => {
  const bucket = new Bucket();
  await expect(put(bucket, '0'.repeat(64))).rejects.toMatchObject({ name: 'RemoteError', transient: false });
  expect([bucket.objects.size, bucket.uploads.size]).toEqual([0, 0]);
});

test.each([412, 409])(
  'an object that another writer stored meanwhile is present (%i), and the upload is ended',
  async (status) => {
    const bucket = new Bucket();
    bucket.intercept = ({ method, url }) =>
      method === 'POST' && url.searchParams.has('uploadId') ? { status } : undefined;
    expect(await put(bucket)).toBe('present');
    expect(bucket.uploads.size).toBe(0);
  },
);

test.each([
  ['is gone', { status: 404 }],
  ['is reported as failed after its answer began', { status: 200, text: '<Error><Code>InternalError</Code></Error>' }],
])('an upload that %s at its end may succeed later, and its parts stay', async (_, answer) => {
  const bucket = new Bucket();
  bucket.intercept = ({ method, url }) => (method === 'POST' && url.searchParams.has('uploadId') ? answer : undefined);
  await expect(put(bucket)).rejects.toMatchObject({ name: 'RemoteError', transient: true });
  expect(bucket.objects.size).toBe(0);
  bucket.intercept = () => undefined;
  const before = partsSent(bucket);
  expect(await put(bucket)).toBe('stored');
  expect(partsSent(bucket)).toBe(before);
});

test('a part that fails ends the attempt, and is sent by the next', async () => {
  const bucket = new Bucket();
  bucket.intercept = ({ url }) => (url.searchParams.get('partNumber') === '2' ? { status: 503 } : undefined);
  await expect(put(bucket)).rejects.toMatchObject({ name: 'RemoteError', transient: true });
  expect(bucket.objects.size).toBe(0);
  bucket.intercept = () => undefined;
  expect(await put(bucket)).toBe('stored');
  expect(bucket.objects.get(nameOf())).toEqual(content);
});

test('a server that names no upload is reported', async () => {
  const bucket = new Bucket();
  bucket.intercept = ({ method }) => (method === 'POST' ? { status: 200, text: '<Begun></Begun>' } : undefined);
  await expect(put(bucket)).rejects.toThrow('the server returned no upload ID');
});
