import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { StageRecord } from '../../../src/engine/index.ts';
import { writeRecord } from '../../../src/engine/store/index.ts';
import { seal } from '../../../src/remote/envelope.ts';
import { newPrivateKey, type PublicKey, publicKeyOf, publicText, signingKeyOf } from '../../../src/remote/keys.ts';
import { doubtOf, openSealedRecord, sealRecord } from '../../../src/remote/sealed-record.ts';
import { recordOf } from '../../support/records.ts';

const record = recordOf({ rate: 0.1 });
const { key } = record;

function somebody(name: string) {
  const signing = signingKeyOf(newPrivateKey(), 'a test');
  return { signing, trusted: publicKeyOf(publicText(signing), name) as PublicKey };
}

const alice = somebody('alice');
const mallory = somebody('mallory');
const trust = { keys: [alice.trusted], unsigned: false };

/** The envelope with its statement changed, and sealed again by `by`. */
function forged(change: (statement: Record<string, unknown>) => void, by = alice.signing): Buffer {
  const envelope = JSON.parse(sealRecord(record, alice.signing).toString()) as { payload: string };
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Record<string, unknown>;
  change(statement);
  return seal('application/vnd.in-toto+json', Buffer.from(JSON.stringify(statement)), by);
}

/** An envelope, and what is in it. */
function payloadOf(sealed: Buffer) {
  const envelope = JSON.parse(sealed.toString()) as { payload: string; signatures: { sig: string }[] };
  return [envelope, Buffer.from(envelope.payload, 'base64')] as const;
}

function refusalOf(sealed: Buffer, asked = key, trusted = trust): string {
  const opened = openSealedRecord(sealed, asked, trusted);
  return 'refusal' in opened ? opened.refusal : 'believed';
}

test('a record signed by a trusted key is accepted, and says who signed it', () => {
  expect(openSealedRecord(sealRecord(record, alice.signing), key, trust)).toEqual({ record, signer: alice.trusted });
});

test('an unsigned record is accepted only if the remote is said to be unsigned', () => {
  const sealed = sealRecord(record, undefined);
  expect(refusalOf(sealed)).toContain('is not signed; trusted keys: alice (');
  expect(openSealedRecord(sealed, key, { keys: [], unsigned: true })).toEqual({ record, signer: undefined });
});

describe('refused with a reason', () => {
  test('a signer who is not trusted, or no longer', () => {
    const sealed = sealRecord(record, mallory.signing);
    expect(refusalOf(sealed)).toContain(`is signed by "${mallory.signing.id.slice(0, 12)}"`);
    expect(refusalOf(sealRecord(record, alice.signing), key, { keys: [], unsigned: false })).toContain(
      'trusted keys: none',
    );
  });

  test('a payload that was changed after it was signed', () => {
    const envelope = JSON.parse(sealRecord(record, alice.signing).toString()) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('0.5', '0.9');
    const changed = { ...envelope, payload: Buffer.from(payload).toString('base64') };
    expect(refusalOf(Buffer.from(JSON.stringify(changed)))).toContain(
      `claims to be signed by alice ("${alice.signing.id.slice(0, 12)}"), but the signature does not fit`,
    );
  });

  test("another's signature under the id of a trusted key", () => {
    const envelope = JSON.parse(sealRecord(record, mallory.signing).toString()) as { signatures: { keyid: string }[] };
    envelope.signatures[0]!.keyid = alice.trusted.id;
    expect(refusalOf(Buffer.from(JSON.stringify(envelope)))).toContain('claims to be signed by alice');
  });

  test('a record without its own digest', () => {
    const bare = forged((statement) => delete (statement['predicate'] as Record<string, unknown>)['digest']);
    expect(refusalOf(bare)).toContain('contains a record without its own digest');
  });

  test('a payload that is signed as something else', () => {
    const [, payload] = payloadOf(sealRecord(record, alice.signing));
    expect(refusalOf(seal('text/plain', payload, alice.signing))).toContain('has a payload of the type "text/plain"');
    expect(refusalOf(forged((statement) => (statement['_type'] = 'https://in-toto.io/Statement/v2')))).toBe(
      'is not an in-toto statement',
    );
  });

  test('a replay under another key', () => {
    expect(refusalOf(sealRecord(record, alice.signing), 'b'.repeat(64))).toContain('is the record of another key');
  });

  test('another object than the record names', () => {
    const swapped = forged((statement) => {
      (statement['subject'] as { digest: { sha256: string } }[])[0]!.digest.sha256 = 'c'.repeat(64);
    });
    expect(refusalOf(swapped)).toContain('has different outputs');
  });

  test('a record that is none, or of a later format', () => {
    expect(refusalOf(forged((statement) => (statement['predicate'] = { format: 99 })))).toContain('format 99');
    expect(refusalOf(forged((statement) => (statement['predicate'] = null)))).toContain('not a JSON object');
    expect(refusalOf(forged((statement) => (statement['predicateType'] = 'urn:pipe-ml:record:v2')))).toContain(
      'has the form "urn:pipe-ml:record:v2"; this version reads urn:pipe-ml:record:v1',
    );
  });

  test.each([
    ...['', '{', 'null', '[]', '{"payload":1}', '<html>'],
    ...['{"payloadType":"x","payload":""}', '{"payloadType":"x","payload":"","signatures":{}}'],
    ...['null', '{"keyid":"x"}', '{"sig":1}'].map((each) => `{"payloadType":"x","payload":"","signatures":[${each}]}`),
  ])('what is no envelope: %j', (text) =>
    expect(refusalOf(Buffer.from(text))).toMatch(/is not (a signed envelope|signed)/u),
  );

  test('text from outside is quoted, and short', () => {
    const noisy = { payloadType: 'x', payload: '', signatures: [{ keyid: '\u001b[2J'.repeat(1000), sig: '' }] };
    const refusal = refusalOf(Buffer.from(JSON.stringify(noisy)));
    expect(refusal).not.toContain('\u001b');
    expect(refusal.length).toBeLessThan(200);
  });
});

test('the signature is of the bytes that DSSE prescribes, so other tools can verify it', () => {
  const sealed = seal('http://example.com/HelloWorld', Buffer.from('hello wörld'), alice.signing);
  const [envelope] = payloadOf(sealed);
  const signed = Buffer.from('DSSEv1 29 http://example.com/HelloWorld 12 hello wörld');
  const signature = Buffer.from(envelope.signatures[0]!.sig, 'base64');
  expect(verify(null, signed, alice.trusted.key, signature)).toBe(true);
});

describe('a record of the local store counts as proof', () => {
  test('if a trusted key signed just this record', () => {
    expect(doubtOf(record, sealRecord(record, alice.signing), [alice.trusted])).toBeUndefined();
  });

  test.each([
    ['without an envelope', undefined, 'has no signed envelope beside it'],
    ['unsigned', sealRecord(record, undefined), 'is not signed'],
    ['signed by another', sealRecord(record, mallory.signing), 'is signed by'],
    ['beside an earlier one', sealRecord({ ...record, seconds: 9 }, alice.signing), 'differs from the signed record'],
  ])('not %s', (_, sealed, doubt) => {
    expect(doubtOf(record, sealed, [alice.trusted])).toContain(doubt);
  });
});

describe('keys', () => {
  test('of another kind are refused', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => signingKeyOf(pem, 'the file x')).toThrow('the file x does not contain an Ed25519 private key');
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(publicKeyOf(`ed25519:${der}`, 'x')).toBeUndefined();
    expect(publicKeyOf(publicText(alice.signing).replace('ed25519:', 'ed25518:'), 'x')).toBeUndefined();
  });

  test('come back from their texts', () => {
    expect(alice.trusted.id).toBe(alice.signing.id);
    expect(publicText(alice.signing)).toMatch(/^ed25519:[A-Za-z0-9+/=]{60}$/u);
  });

  test('what is no key is refused, and never quoted', () => {
    const secret = newPrivateKey().replace('PRIVATE', 'PRIVAT');
    expect(() => signingKeyOf(secret, 'the file x')).toThrow('the file x does not contain an Ed25519 private key');
    for (const text of ['', 'ed25519:', 'ed25519:AAAA', 'rsa:AAAA']) expect(publicKeyOf(text, 'x')).toBeUndefined();
  });
});

test('the predicate is the record as the store writes it', () => {
  const envelope = JSON.parse(sealRecord(record, alice.signing).toString()) as { payload: string };
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as { predicate: StageRecord };
  expect(statement.predicate).toEqual(JSON.parse(writeRecord(record)));
});
