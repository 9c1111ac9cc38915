import { sign, verify } from 'node:crypto';
import { isJsonObject, type Json } from '../json/json.ts';
import { parseJson } from '../json/parse-json.ts';
import type { PublicKey, SigningKey } from './keys.ts';

/**
 * A DSSE envelope (https://github.com/secure-systems-lab/dsse, version 1.0.2): a payload and signatures of its exact bytes. npm provenance
 * and cosign use the same form, so their tools can verify ours.
 */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly EnvelopeSignature[];
}

interface EnvelopeSignature {
  /** The key that allegedly made it: a hint for the reader, not part of what is signed. */
  readonly keyid: string;
  readonly signature: Buffer;
}

/** Puts a payload into an envelope, signed by a key, or unsigned. */
export function seal(payloadType: string, payload: Buffer, key: SigningKey | undefined): Buffer {
  const signed = preAuthenticationEncoding(payloadType, payload);
  const signatures = key ? [{ keyid: key.id, sig: sign(null, signed, key.key).toString('base64') }] : [];
  return Buffer.from(`${JSON.stringify({ payloadType, payload: payload.toString('base64'), signatures })}\n`);
}

/** Reads an envelope, or returns in half a sentence why it is invalid. */
export function readEnvelope(sealed: Buffer): Envelope | { readonly refusal: string } {
  const value = parseJson(sealed.toString('utf8'));
  if (!isJsonObject(value)) return { refusal: 'is not a signed envelope' };
  const { payloadType, payload, signatures } = value;
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !Array.isArray(signatures)) {
    return { refusal: 'is not a signed envelope' };
  }
  return {
    payloadType,
    payload: Buffer.from(payload, 'base64'),
    signatures: (signatures as readonly Json[]).flatMap((each) => {
      if (!isJsonObject(each) || typeof each['sig'] !== 'string') return [];
      const keyid = typeof each['keyid'] === 'string' ? each['keyid'] : '';
      return [{ keyid, signature: Buffer.from(each['sig'], 'base64') }];
    }),
  };
}

/** The first of the keys that signed the envelope; undefined if none did. */
export function signerOf(envelope: Envelope, trusted: readonly PublicKey[]): PublicKey | undefined {
  const signed = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  return trusted.find((key) => envelope.signatures.some(({ signature }) => verify(null, signed, key.key, signature)));
}

/** The signed bytes: DSSE's PAE, "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload. */
function preAuthenticationEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}
