import type { OutputRecord, StageRecord } from '../engine/index.ts';
import { recordIn, writeRecord } from '../engine/store/index.ts';
import { isJsonObject, type Json } from '../json/json.ts';
import { parseJson } from '../json/parse-json.ts';
import { quoted } from '../problem/quote.ts';
import { type Envelope, readEnvelope, seal, signerOf } from './envelope.ts';
import type { PublicKey, SigningKey } from './keys.ts';

/** Nothing larger is a sealed record: a server must not fill the memory. */
export const largestRecord = 64 * 1024 * 1024;

const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';

/** The form of the predicate: a record as the store writes it. A reader refuses any other. */
const predicateType = 'urn:pipe-ml:record:v1';

/** Whose records are trusted. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** Whether records without a trusted signature are accepted, too: only by the remote's own setting. */
  readonly unsigned: boolean;
}

/** A trusted record from outside, or a sentence on why it is refused. */
export type Opened =
  | { readonly record: StageRecord; readonly signer: PublicKey | undefined }
  | { readonly refusal: string };

/**
 * A record as an in-toto Statement (https://in-toto.io/Statement/v1) in a DSSE envelope: the subjects are the outputs' digests,
 * the predicate is the record. Signed by the key, or unsigned.
 */
export function sealRecord(record: StageRecord, key: SigningKey | undefined): Buffer {
  const statement = {
    _type: statementType,
    subject: subjectsOf(record),
    predicateType,
    predicate: JSON.parse(writeRecord(record)) as Json,
  };
  return seal(payloadType, Buffer.from(JSON.stringify(statement)), key);
}

/** Opens what a remote stores under a key; refuses what is not that key's record, or is not signed by a trusted key. */
export function openSealedRecord(sealed: Buffer, key: string, trust: Trust): Opened {
  const envelope = readEnvelope(sealed);
  if ('refusal' in envelope) return envelope;
  const signer = signerOf(envelope, trust.keys);
  if (signer === undefined && !trust.unsigned) return { refusal: untrusted(envelope.signatures, trust.keys) };
  if (envelope.payloadType !== payloadType) {
    return { refusal: `has a payload of the type ${quoted(envelope.payloadType)}, not an in-toto statement` };
  }
  const statement = parseJson(envelope.payload.toString('utf8'));
  if (!isJsonObject(statement) || statement['_type'] !== statementType)
    return { refusal: 'is not an in-toto statement' };
  if (statement['predicateType'] !== predicateType) {
    return {
      refusal: `has the form ${quoted(String(statement['predicateType']))}; this version reads ${predicateType}`,
    };
  }
  const predicate = statement['predicate'];
  const parsed = recordIn(JSON.stringify(predicate ?? null), key);
  if ('refusal' in parsed) return { refusal: `contains no record of this key, because ${parsed.refusal}` };
  if (!isJsonObject(predicate) || predicate['digest'] === undefined)
    return { refusal: 'contains a record without its own digest' };
  const { record } = parsed;
  if (JSON.stringify(statement['subject']) !== JSON.stringify(subjectsOf(record))) {
    return { refusal: 'has different outputs in its statement and in its record' };
  }
  return { record, signer };
}

/** Whether an envelope holds just this record: one that was computed again has other content. */
export function isSealed(record: StageRecord, sealed: Buffer): boolean {
  const opened = openSealedRecord(sealed, record.key, { keys: [], unsigned: true });
  return 'record' in opened && writeRecord(opened.record) === writeRecord(record);
}

/** Why a record of the local store does not count as proof, as half a sentence; undefined if a trusted key signed it. */
export function doubtOf(
  record: StageRecord,
  sealed: Buffer | undefined,
  keys: readonly PublicKey[],
): string | undefined {
  if (sealed === undefined) return 'has no signed envelope beside it';
  const opened = openSealedRecord(sealed, record.key, { keys, unsigned: false });
  if ('refusal' in opened) return opened.refusal;
  return isSealed(record, sealed) ? undefined : 'differs from the signed record in the envelope beside it';
}

/** The outputs that the record in an envelope names, by any signer: to know what must be kept, not to trust it. */
export function outputsNamed(envelope: Envelope): readonly OutputRecord[] {
  const statement = parseJson(envelope.payload.toString('utf8'));
  const predicate = isJsonObject(statement) ? statement['predicate'] : undefined;
  const outputs = isJsonObject(predicate) ? predicate['outputs'] : undefined;
  if (!isJsonObject(outputs)) return [];
  return Object.values(outputs).flatMap((output) =>
    isJsonObject(output) && typeof output['digest'] === 'string' ? [output as unknown as OutputRecord] : [],
  );
}

function subjectsOf({ outputs }: StageRecord) {
  return Object.entries(outputs).map(([name, { digest }]) => ({ name, digest: { sha256: digest } }));
}

function untrusted(signatures: readonly { readonly keyid: string }[], keys: readonly PublicKey[]): string {
  const claimed = keys.find(({ id }) => signatures.some(({ keyid }) => keyid === id));
  if (claimed) return `claims to be signed by ${claimed.name} (${short(claimed.id)}), but the signature does not fit`;
  const by =
    signatures.length === 0
      ? 'is not signed'
      : `is signed by ${signatures.map(({ keyid }) => short(keyid)).join(', ')}`;
  const trusted = keys.map(({ name, id }) => `${name} (${short(id)})`).join(', ');
  return `${by}; trusted keys: ${trusted || 'none'}`;
}

function short(id: string): string {
  return quoted(id.slice(0, 12));
}
