import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { EnvironmentError } from '../problem/errors.ts';

/** A trusted key. */
export interface PublicKey {
  /** sha256 of the key's DER (SubjectPublicKeyInfo), in hex: the name of the key in envelopes. */
  readonly id: string;
  /** The name of its owner, as the user who trusts it wrote it. */
  readonly name: string;
  readonly key: KeyObject;
}

/** The signing key of this user. */
export interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

/** Makes a new Ed25519 key, as the text of its file: PKCS #8 in PEM. */
export function newPrivateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads a private key. @throws EnvironmentError unless it is an Ed25519 key in PEM; the message does not quote it. */
export function signingKeyOf(pem: string, from: string): SigningKey {
  try {
    const key = createPrivateKey(pem);
    const publicKey = createPublicKey(key);
    if (key.asymmetricKeyType === 'ed25519') return { id: keyId(publicKey), key, publicKey };
  } catch {
    // Reported below, because Node's message may quote the key.
  }
  throw new EnvironmentError(`${from} does not contain an Ed25519 private key in PEM form.`, {
    hint: 'make one with `pipe keys new`',
  });
}

/** A public key as one line for a project file: see `publicKeyOf`. */
export function publicText({ publicKey }: Pick<SigningKey, 'publicKey'>): string {
  return `${prefix}${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
}

const prefix = 'ed25519:';

/** Reads a public key from its line, `ed25519:` and its DER in base64; undefined if it is invalid. */
export function publicKeyOf(text: string, name: string): PublicKey | undefined {
  if (!text.startsWith(prefix)) return undefined;
  try {
    const der = Buffer.from(text.slice(prefix.length), 'base64');
    // Lenient decoding would accept a key that was cut off in copying, and project files do not.
    if (der.toString('base64') !== text.slice(prefix.length)) return undefined;
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' ? { id: keyId(key), name, key } : undefined;
  } catch {
    return undefined;
  }
}

function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
