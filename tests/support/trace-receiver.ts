import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** One request that came. */
export interface ReceivedTrace {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A receiver of OpenTelemetry's traces on this machine, until the calling test file ends. @param answer its behaviour; by default it
 * accepts all.
 */
export async function startTraceReceiver(
  answer: (response: ServerResponse) => void = (response) => response.end('{}'),
): Promise<{ readonly endpoint: string; readonly received: readonly ReceivedTrace[] }> {
  const received: ReceivedTrace[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
