import { expect, test } from 'vitest';
import { connectionFailure } from '../../../src/problem/connection.ts';

const failed = (code: string) => Object.assign(new Error(`connect ${code} 127.0.0.1:9`), { code });

test.each([
  [
    'ENOTFOUND',
    'the host name cannot be resolved (ENOTFOUND); check the name, and whether this machine is online',
    true,
  ],
  [
    'ECONNREFUSED',
    'the host refused the connection (ECONNREFUSED); check the address, and whether its server runs',
    true,
  ],
  ['ECONNRESET', 'the connection broke (ECONNRESET)', true],
  ['HPE_INVALID_CONSTANT', 'the answer is not HTTP (HPE_INVALID_CONSTANT)', false],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'its certificate is not trusted (SELF_SIGNED_CERT_IN_CHAIN); NODE_EXTRA_CA_CERTS can name a file with the authority that issued it',
    false,
  ],
])('%s is a clause with what to check, also behind other errors', (code, reason, transient) => {
  expect(connectionFailure(failed(code))).toEqual({ reason, transient });
  expect(connectionFailure(new TypeError('fetch failed', { cause: failed(code) }))).toEqual({ reason, transient });
});

test('an error of something else has no such meaning', () => {
  expect([failed('ENOENT'), new Error('the server is silent'), 'text'].map(connectionFailure)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
