import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** The head of a request that went through. */
export interface SeenHead {
  readonly method: string;
  readonly url: string;
}

/** Forwards bytes between a client and a server unchanged, so that signatures stay valid; counts requests, and cuts connections. */
export interface Relay {
  readonly url: URL;
  readonly seen: SeenHead[];
  /** Whether the connection is cut when this request begins; to be set by a test. */
  breaks: (head: SeenHead) => boolean;
  close(): Promise<void>;
}

/** Starts a relay in front of a server that closes a connection after each answer. */
export async function startRelay({ hostname, port }: URL): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.once('data', (first) => {
      const [method = '', url = ''] = String(first).split(' ', 2);
      relay.seen.push({ method, url });
      if (relay.breaks({ method, url })) client.destroy();
      else upstream.write(first);
      client.pipe(upstream);
    });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: Relay = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    seen: [],
    breaks: () => false,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return relay;
}
