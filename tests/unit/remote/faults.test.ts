import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainForm } from '../../../src/remote/protocols/action-result.ts';
import { httpRemote } from '../../../src/remote/protocols/http.ts';
import { type CacheServer, startCacheServer } from '../../support/cache-server.ts';
import { machineBefore, signer, threeStages } from '../../support/remote-machine.ts';

const runs = process.env['PIPE_TEST_LONG'] ? 100 : 12;
const millisecondsPerRun = 10_000;
const alice = signer('alice');
let server: CacheServer;

beforeAll(async () => {
  server = await startCacheServer();
});
afterAll(() => server.close());

/** Numbers in [0, 1) that are the same in every run of the tests (a linear congruential generator). */
function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Fault = (request: IncomingMessage, response: ServerResponse, content: Buffer | undefined) => void;

/** What servers and the ways to them do. */
const faults: Readonly<Record<string, Fault>> = {
  'drops the connection': (request) => request.socket.destroy(),
  'is broken': (_, response) => void response.writeHead(500).end('oops'),
  'is busy': (_, response) => void response.writeHead(429, { 'retry-after': '1' }).end(),
  'cuts the answer': (_, response, content = Buffer.alloc(10)) => {
    response.writeHead(200, { 'content-length': content.length + 1 });
    response.write(content, () => response.destroy());
  },
  'sends other bytes': (_, response, content = Buffer.from('x')) => {
    const altered = Buffer.from(content);
    altered[0]! ^= 1;
    response.writeHead(200, { 'content-length': altered.length }).end(altered);
  },
  'sends a page of its own': (_, response) => void response.writeHead(200).end('<html>please log in</html>'),
  drips: (_, response, content) => {
    if (!content) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': content.length });
    const drip = (at: number) => {
      if (at >= content.length) return void response.end();
      response.write(content.subarray(at, at + 200), () => setImmediate(() => drip(at + 200)));
    };
    drip(0);
  },
};

test(
  `${runs} runs before a server that does all that goes wrong end right`,
  async () => {
    const kinds = Object.values(faults);
    for (let run = 0; run < runs; run += 1) {
      const draw = draws(run);
      server.intercept = (request, response) => {
        if (draw() > 0.3) return false;
        request.resume();
        const content = server.contents.get(request.url ?? '');
        kinds[Math.floor(draw() * kinds.length)]!(request, response, request.method === 'GET' ? content : undefined);
        return true;
      };
      const machine = await machineBefore([httpRemote(server.url, plainForm, undefined)], {
        by: alice,
        trust: { keys: [alice.trusted], unsigned: false },
      });
      const { summary } = await machine.run(threeStages(run % 3));
      expect(summary).toMatchObject({ outcome: 'done', failed: 0, skipped: 0 });
      for (const { outputs } of summary.stages) {
        const { out } = outputs;
        // What is here was verified; what is not was never read.
        if (machine.local.hasObject(out!.digest))
          expect(await machine.local.open(out!, 'out.txt')).toContain('out.txt');
      }
      const report = summary.stages.find(({ id }) => id === 'report')!;
      expect(report.outputs['out']?.digest).toBe(expected(run % 3, report.outputs['out']!.digest));
    }
  },
  runs * millisecondsPerRun,
);

const digests = new Map<number, string>();

/** The digest that the first run of this rate came to: the stages are functions of their settings. */
function expected(rate: number, digest: string): string {
  if (!digests.has(rate)) digests.set(rate, digest);
  return digests.get(rate) as string;
}
