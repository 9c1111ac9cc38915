import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ProcessIdentity, processName, thisProcess } from '../../../src/disk/process-identity.ts';
import { type DownloadRequest, download } from '../../../src/download/download.ts';
import { EnvironmentError } from '../../../src/problem/errors.ts';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');

let directory: string;
let server: Server;
let answer: RequestListener;
let ranges: (string | undefined)[];
let encodings: (string | undefined)[];
let pauses: number[];
/** Called with the bytes that have come. */
let breakWhen: (bytes: number) => void;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'download-'));
  ranges = [];
  encodings = [];
  pauses = [];
  breakWhen = () => {};
  answer = serve;
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    encodings.push(request.headers['accept-encoding']?.toString());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

/** Serves the content as a file server does, honouring `Range: bytes=N-`. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  } else if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  } else {
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-length': content.length - start, 'content-range': range });
    response.end(content.subarray(start));
  }
}

/** Announces the whole content and sends `length` bytes of it; the connection is to break once they have come. */
function sendOnly(length: number): RequestListener {
  return (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, length));
    breakWhen = (bytes) => {
      if (bytes === length) response.destroy();
    };
  };
}

const url = (path = '') => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
const target = () => join(directory, 'nested', 'file.bin');

function request(options: Partial<DownloadRequest> = {}): DownloadRequest {
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
  };
  return { urls: [url()], sha256, to: target(), pause, onProgress: (bytes) => breakWhen(bytes), ...options };
}

async function failure(options: Partial<DownloadRequest> = {}): Promise<EnvironmentError> {
  const error = await download(request(options)).catch((reason) => reason);
  expect(error).toBeInstanceOf(EnvironmentError);
  return error as EnvironmentError;
}

/** When a process started, as the system counts; empty if it does not say. */
function startTimeOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')[19]!;
  } catch {
    return '';
  }
}

describe('a download', () => {
  test('brings the file, tells its progress and leaves nothing else', async () => {
    const progress: [number, number | undefined][] = [];
    expect(await download(request({ onProgress: (...step) => progress.push(step) }))).toBe(target());
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(progress[0]).toEqual([0, content.length]);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(await readdir(join(directory, 'nested'))).toEqual(['file.bin']);
    // Else a server may say that a .gz is encoded, and it would be unpacked on its way.
    expect(encodings).toEqual(['identity']);
  });

  test('asks nobody where the right file is already there', async () => {
    await download(request());
    ranges = [];
    await download(request());
    expect(ranges).toEqual([]);
  });

  test('resumes a broken connection where it ended', async () => {
    answer = (...exchange) => {
      answer = serve;
      sendOnly(100_000)(...exchange);
    };
    await download(request());
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(pauses).toEqual([1000]);
  });

  test('goes on as long as each attempt brings something, however many it takes', async () => {
    const piece = 30_000;
    answer = (incoming, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start });
      response.write(content.subarray(start, start + piece));
      breakWhen = (bytes) => {
        if (bytes === start + piece) response.destroy();
      };
    };
    await download(request());
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(ranges).toHaveLength(content.length / piece);
    expect(new Set(pauses)).toEqual(new Set([1000]));
  });

  test('resumes where the server fell silent for a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    answer = (...exchange) => {
      answer = serve;
      sendOnly(30_000)(...exchange);
      breakWhen = (bytes) => {
        if (bytes < 30_000) return;
        breakWhen = () => {};
        vi.advanceTimersByTime(60_000);
      };
    };
    await download(request()).finally(() => vi.useRealTimers());
    expect(ranges).toEqual([undefined, 'bytes=30000-']);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('may take longer than a minute, as long as something comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pieces = [content.subarray(0, 100_000), content.subarray(100_000, 200_000), content.subarray(200_000)];
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(pieces[0]);
      breakWhen = (bytes) => {
        if (bytes % 100_000 !== 0 || bytes === 0 || bytes === content.length) return;
        vi.advanceTimersByTime(40_000);
        response.write(pieces[bytes / 100_000]);
      };
    };
    await download(request()).finally(() => vi.useRealTimers());
    expect(ranges).toEqual([undefined]);
  });

  test('resumes where an answer without a length ended before the known size', async () => {
    answer = (_, response) => {
      answer = serve;
      response.writeHead(200).end(content.subarray(0, 1000));
    };
    await download(request({ bytes: content.length }));
    expect(ranges).toEqual([undefined, 'bytes=1000-']);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('resumes a part that this process could not give back', async () => {
    await download(request({ to: `${target()}.other` }));
    await writeFile(`${target()}.part-${processName(thisProcess())}-999999`, content.subarray(0, 1000));
    ranges = [];
    await download(request());
    expect(ranges).toEqual(['bytes=1000-']);
  });

  test('resumes what a failed download left', async () => {
    answer = (incoming, response) =>
      incoming.headers.range ? response.writeHead(404).end() : sendOnly(70_000)(incoming, response);
    await failure();
    expect(await readdir(join(directory, 'nested'))).toEqual(['file.bin.part']);
    answer = serve;
    ranges = [];
    await download(request());
    expect(ranges).toEqual(['bytes=70000-']);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('resumes what a killed process left, and not what a living one writes', async () => {
    const partOf = (process: ProcessIdentity) => `${target()}.part-${processName(process)}-0`;
    const gone = partOf({ ...thisProcess(), pid: 4194399 });
    const living = partOf({ ...thisProcess(), pid: process.ppid, startTime: startTimeOf(process.ppid) });
    await download(request({ to: `${target()}.other` }));
    await writeFile(gone, content.subarray(0, 1000));
    await writeFile(living, content.subarray(0, 2000));
    ranges = [];
    await download(request());
    expect(ranges).toEqual(['bytes=1000-']);
    expect(existsSync(gone)).toBe(false);
    expect(existsSync(living)).toBe(true);
  });

  test('leaves a part of another container alone, whatever its process number is here, until it is old', async () => {
    const elsewhere = { ...thisProcess(), host: `${thisProcess().host} in a container`, pid: 4194399 };
    const part = `${target()}.part-${processName(elsewhere)}-0`;
    await download(request({ to: `${target()}.other` }));
    await writeFile(part, content.subarray(0, 1000));
    ranges = [];
    await download(request());
    expect(ranges).toEqual([undefined]);
    expect(existsSync(part)).toBe(true);
    await rm(target());
    await utimes(part, 1, 1);
    ranges = [];
    await download(request());
    expect(ranges).toEqual(['bytes=1000-']);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('starts over where the server cannot resume', async () => {
    await download(request({ to: `${target()}.other` }));
    await writeFile(`${target()}.part`, 'not the beginning of it');
    answer = (_, response) => response.writeHead(200, { 'content-length': content.length }).end(content);
    await download(request());
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('accepts a part that is whole but for its name', async () => {
    await download(request({ to: `${target()}.other` }));
    await writeFile(`${target()}.part`, content);
    await download(request());
    expect((await readFile(target())).equals(content)).toBe(true);
    await rm(target());
    await writeFile(`${target()}.part`, content);
    ranges = [];
    await download(request({ bytes: content.length }));
    expect(ranges).toEqual([]);
  });

  test('throws away a part that is longer than the file', async () => {
    await download(request({ to: `${target()}.other` }));
    await writeFile(`${target()}.part`, Buffer.concat([content, content]));
    await download(request());
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('leaves the part of another alone that is under way in this process', async () => {
    const held: ServerResponse[] = [];
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 60_000));
      held.push(response);
    };
    let second: Promise<string> | undefined;
    const onProgress = (bytes: number) => {
      if (bytes < 60_000 || second) return;
      answer = serve;
      second = download(request());
      void second.then(() => held[0]?.end(content.subarray(60_000)));
    };
    await download(request({ onProgress }));
    await second;
    expect(ranges).toEqual([undefined, undefined]);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('is safe beside another of the same file', async () => {
    await Promise.all([download(request()), download(request()), download(request())]);
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(await readdir(join(directory, 'nested'))).toEqual(['file.bin']);
  });

  test('continues with the next address', async () => {
    answer = (incoming, response) =>
      incoming.url === '/gone' ? response.writeHead(404).end() : serve(incoming, response);
    await download(request({ urls: [url('gone'), url('here')] }));
    expect((await readFile(target())).equals(content)).toBe(true);
  });
});

describe('a download that fails says why', () => {
  test('a wrong checksum: the part is removed', async () => {
    const error = await failure({ sha256: '0'.repeat(64) });
    expect(error.message).toBe(
      `Could not download ${url()}: its sha256 is not ${'0'.repeat(64)}; the download was removed.`,
    );
    expect(await readdir(join(directory, 'nested'))).toEqual([]);
  });

  test('a server that sends more than the file has: no more is written, and the next address is asked', async () => {
    const sent = vi.fn();
    answer = (_, response) => {
      response.writeHead(200);
      const more = () => {
        sent();
        if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    const largest = { bytes: 0 };
    const onProgress = (bytes: number) => {
      largest.bytes = Math.max(largest.bytes, bytes);
    };
    const options = { urls: [url('endless')], sha256, bytes: content.length, onProgress };
    await expect(download(request(options))).rejects.toThrow('the server sends more than the 300000 bytes of the file');
    expect(largest.bytes).toBeLessThanOrEqual(content.length);
    answer = serve;
    expect(await readFile(await download(request({ bytes: content.length })))).toEqual(content);
  });

  test('no such file, once per address', async () => {
    answer = (_, response) => response.writeHead(404).end();
    const error = await failure({ urls: [url('a'), url('b')] });
    expect(error.message).toBe(
      `Could not download ${url('a')}: there is no such file (HTTP 404).\nCould not download ${url('b')}: there is no such file (HTTP 404).`,
    );
    expect(error.hint).toContain(target());
    expect(pauses).toEqual([]);
  });

  test('a busy server, after longer and longer pauses', async () => {
    answer = (_, response) => response.writeHead(503).end();
    expect((await failure()).message).toContain('the server refused (HTTP 503)');
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
  });

  test('nobody listens', async () => {
    const socket = createSocketServer();
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const { port } = socket.address() as AddressInfo;
    await new Promise((resolve) => socket.close(resolve));
    expect((await failure({ urls: [`http://127.0.0.1:${port}/`] })).message).toContain(
      'the host refused the connection',
    );
  });

  test('not an address', async () => {
    expect((await failure({ urls: ['http://'] })).message).toBe('Could not download http://: it is not a URL.');
  });

  test('a connection that breaks every time before its first byte', async () => {
    answer = (_, response) => response.destroy();
    expect((await failure()).message).toContain('the connection broke');
    expect(ranges).toHaveLength(5);
  });

  test('a directory that cannot be made', async () => {
    await writeFile(join(directory, 'nested'), '');
    const error = await failure();
    expect(error.message).toMatch(/^Cannot write .*file\.bin \(E\w+\)\.$/);
  });

  test.runIf(existsSync('/dev/full'))('a full disk (where the system has /dev/full)', async () => {
    await download(request({ to: `${target()}.other` }));
    await symlink('/dev/full', `${target()}.part`);
    const error = await failure();
    expect(error.message).toBe(`No space is left on the disk for ${target()}.`);
  });

  test('an abort, with its own reason, keeping what came', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 50_000));
    };
    const onProgress = (bytes: number) => {
      if (bytes === 50_000) controller.abort(reason);
    };
    await expect(download(request({ signal: controller.signal, onProgress }))).rejects.toBe(reason);
    expect(await readdir(join(directory, 'nested'))).toEqual(['file.bin.part']);
  });

  test('an abort between two attempts, with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    answer = (_, response) => response.writeHead(503).end();
    const pause = () => {
      controller.abort(reason);
      return Promise.reject(new Error('the wait was aborted'));
    };
    await expect(download(request({ signal: controller.signal, pause }))).rejects.toBe(reason);
  });
});
