import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request, as received by the server. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP server on the loopback address that stores what is put, in memory. */
export interface CacheServer {
  readonly url: URL;
  readonly contents: Map<string, Buffer>;
  readonly requests: SeenRequest[];
  /** Answers in place of the server if it returns true; to be set by a test. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

/** Starts one. @param isConditional whether it obeys `If-None-Match: *`. */
export async function startCacheServer({ isConditional = false } = {}): Promise<CacheServer> {
  const contents = new Map<string, Buffer>();
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers });
    if (opened.intercept?.(request, response)) return;
    const found = contents.get(path);
    const answer = (status: number, body?: Buffer) => {
      response.writeHead(status, { 'content-length': body?.length ?? 0 });
      response.end(method === 'HEAD' ? undefined : body);
    };
    if (method === 'GET' || method === 'HEAD') return found ? answer(200, found) : answer(404);
    if (method === 'DELETE') return answer(contents.delete(path) ? 204 : 404);
    if (method !== 'PUT') return answer(405);
    if (isConditional && found && headers['if-none-match'] === '*') {
      request.resume();
      return answer(412);
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Only complete bodies are stored: `end` does not come if the connection breaks.
    request.on('end', () => {
      if (isConditional && contents.has(path) && headers['if-none-match'] === '*') return answer(412);
      contents.set(path, Buffer.concat(chunks));
      answer(201);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const opened: CacheServer = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/cache/`),
    contents,
    requests,
    intercept: undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return opened;
}
