import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { pythonWith } from '../../python/environment.ts';
import { newPrivateKey, publicText, signingKeyOf } from '../../src/remote/keys.ts';
import { sealRecord } from '../../src/remote/sealed-record.ts';
import { recordOf } from '../support/records.ts';

const python = await pythonWith(
  { name: 'securesystemslib', folder: 'signing', requirements: 'tests/remotes/requirements.txt', gigabytes: 0.1 },
  process.env,
);
if ('missing' in python) console.warn(`there is no Python with securesystemslib: ${python.missing}`);

test.skipIf('missing' in python)("Python's securesystemslib verifies our envelopes, and refuses changed ones", () => {
  const { program } = python as { readonly program: string };
  const key = signingKeyOf(newPrivateKey(), 'a test');
  const record = recordOf({ rate: 0.1 });
  const sealed = sealRecord(record, key);
  const verify = (input: Buffer) => {
    const parameters = ['tests/remotes/verify_envelope.py', publicText(key).replace('ed25519:', ''), key.id];
    return execFileSync(program, parameters, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  };
  expect(JSON.parse(verify(sealed))).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicate: { key: record.key },
  });
  const envelope = JSON.parse(sealed.toString()) as { payload: string };
  const payload = Buffer.from(envelope.payload, 'base64');
  payload[payload.length - 3]! ^= 1;
  expect(() => verify(Buffer.from(JSON.stringify({ ...envelope, payload: payload.toString('base64') })))).toThrow();
});
