import { describe, expect, test } from 'vitest';
import type { StageRecord } from '../../../src/engine/index.ts';
import { writeRecord } from '../../../src/engine/store/index.ts';
import { seal } from '../../../src/remote/envelope.ts';
import { newPrivateKey, type PublicKey, publicKeyOf, publicText, signingKeyOf } from '../../../src/remote/keys.ts';
import { openSealedRecord, sealRecord } from '../../../src/remote/sealed-record.ts';
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

  test.each(['', '{', 'null', '[]', '{"payload":1}', '<html>', '{"payloadType":"x","payload":"","signatures":[null]}'])(
    'what is no envelope: %j',
    (text) => expect(refusalOf(Buffer.from(text))).toMatch(/is not (a signed envelope|signed)/u),
  );

  test('text from outside is quoted, and short', () => {
    const noisy = { payloadType: 'x', payload: '', signatures: [{ keyid: '\u001b[2J'.repeat(1000), sig: '' }] };
    const refusal = refusalOf(Buffer.from(JSON.stringify(noisy)));
    expect(refusal).not.toContain('\u001b');
    expect(refusal.length).toBeLessThan(200);
  });
});

describe('keys', () => {
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
