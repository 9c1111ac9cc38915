import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { sendTrace } from '../../../src/telemetry/send-trace.ts';
import { startTraceReceiver } from '../../support/trace-receiver.ts';

const signal = new AbortController().signal;

test('a trace is one POST of JSON to /v1/traces, with the headers that were asked for', async () => {
  const { endpoint, received } = await startTraceReceiver();
  const headers = 'x-team=a%20b, authorization=Bearer%20t=1';
  const receiver = { endpoint: `${endpoint}/otel/`, headers, signal };
  expect(await sendTrace({ resourceSpans: [] }, receiver)).toBeUndefined();
  expect(received).toMatchObject([
    {
      path: 'POST /otel/v1/traces',
      headers: { 'content-type': 'application/json', 'x-team': 'a b', authorization: 'Bearer t=1' },
      body: '{"resourceSpans":[]}',
    },
  ]);
});

test('an answer other than yes, and one that never comes, are reported with a message', async () => {
  const refusing = await startTraceReceiver((response) => response.writeHead(503).end());
  expect(await sendTrace({}, { endpoint: refusing.endpoint, headers: undefined, signal })).toBe(
    `${refusing.endpoint} answered 503`,
  );
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const endpoint = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await once(closed.close(), 'close');
  expect(await sendTrace({}, { endpoint, headers: undefined, signal })).toMatch(
    /cannot be reached: the host refused the connection \(ECONNREFUSED\); check the address/u,
  );
  const ends = new AbortController();
  const silent = await startTraceReceiver(() => ends.abort());
  expect(await sendTrace({}, { endpoint: silent.endpoint, headers: undefined, signal: ends.signal })).toBe(
    `${silent.endpoint} did not answer in time`,
  );
});

test('headers go nowhere but where they were meant for', async () => {
  const other = await startTraceReceiver();
  const moved = await startTraceReceiver((response) =>
    response.writeHead(307, { location: `${other.endpoint}/v1/traces` }).end(),
  );
  const problem = await sendTrace({}, { endpoint: moved.endpoint, headers: 'authorization=secret', signal });
  expect(problem).toContain(`${moved.endpoint} cannot be reached`);
  expect(other.received).toEqual([]);
});

test.each(['collector:4318', 'file:///etc', 'http://me:secret@collector', 'nonsense'])(
  'an endpoint %s is refused without being repeated',
  async (endpoint) => {
    const problem = await sendTrace({}, { endpoint, headers: undefined, signal });
    expect(problem).toContain('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL');
    expect(problem).not.toContain('secret');
  },
);

test.each(['no name=secret', '=secret', 'a=%secret', 'a=secret%0Ab'])('headers %s are refused', async (headers) => {
  const problem = await sendTrace({}, { endpoint: 'http://127.0.0.1:1', headers, signal });
  expect(problem).toContain('OTEL_EXPORTER_OTLP_HEADERS must be');
  expect(problem).not.toContain('secret');
});
