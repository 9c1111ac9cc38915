import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../problem/errors.ts';
import { authorizationOf, bucketAccess, type Variables } from './credentials.ts';
import { actionResultForm, plainForm } from './protocols/action-result.ts';
import { FolderRemote } from './protocols/folder.ts';
import { httpRemote } from './protocols/http.ts';
import { S3Remote } from './protocols/s3.ts';
import { type Remote, RemoteError, type RemoteUpkeep } from './remote.ts';

/** The address and the use of a remote. */
export interface RemoteSettings {
  /** The name under which the environment has its credentials. */
  readonly name: string;
  /** `http://…`, `https://…`, `s3://BUCKET/PREFIX`, or a folder. */
  readonly url: string;
  readonly access: 'read' | 'write' | 'read-write';
  /** Whether records without a trusted signature are read from it, and written to it if there is no signing key. */
  readonly unsigned: boolean;
  /** The form of records: unchanged, or inside Bazel's ActionResult. */
  readonly records: 'plain' | 'action-result';
}

/** What is wrong with a remote's URL, as half a sentence that quotes nothing of it; undefined if nothing is. */
export function urlProblem(text: string): string | undefined {
  if (text.trim() !== text) return 'begins or ends with a space or a line break';
  if (isPath(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return 'is not a valid URL; for a folder with a colon in its name, write ./ before it';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'contains credentials, a query or a #; put credentials into environment variables';
  }
  if (url.protocol === 's3:') return bucketProblem(url);
  if (url.protocol === 'file:') return isFile(url) ? undefined : 'is not the URL of a file on this machine';
  return /^https?:$/u.test(url.protocol)
    ? undefined
    : 'has another scheme than http, https and s3; for a folder with a colon in its name, write ./ before it';
}

/** Servers and proxies encode other characters differently, so that signatures fail or listings come back empty. */
function bucketProblem({ hostname, pathname }: URL): string | undefined {
  if (hostname === '') return 'names no bucket: s3://BUCKET/PREFIX';
  const isPlain = /^[a-z0-9._~/-]*$/iu.test(`${hostname}${pathname}`);
  return isPlain ? undefined : 'may only have letters, digits and the characters . _ ~ - in its bucket and prefix';
}

function isFile(url: URL): boolean {
  try {
    return fileURLToPath(url) !== '';
  } catch {
    return false;
  }
}

/** A colon before the first slash makes it a URL: something that was meant as one, such as one with a password, must not become a folder. */
function isPath(text: string): boolean {
  return isAbsolute(text) || !/^[^/]*:/u.test(text);
}

/**
 * Opens a remote with its credentials from the environment. If they are missing or wrong, every request of it fails and says so.
 * @param directory for relative folders.
 */
export function openRemote(settings: RemoteSettings, environment: Variables, directory: string): Remote {
  try {
    return open(settings, environment, directory);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const { message, hint } = error;
    return unusableRemote(settings.url, `${message.replace(/\.$/u, '')}${hint === undefined ? '' : ` (${hint})`}`);
  }
}

function open({ name, url: text, records }: RemoteSettings, environment: Variables, directory: string): Remote {
  const url = isPath(text) ? undefined : new URL(text);
  if (!url || url.protocol === 'file:') return new FolderRemote(url ? fileURLToPath(url) : resolve(directory, text));
  if (url.protocol === 's3:') return openBucket(url, environment);
  const form = records === 'action-result' ? actionResultForm : plainForm;
  return httpRemote(url, form, authorizationOf(name, environment));
}

function openBucket({ hostname, pathname }: URL, environment: Variables): Remote {
  const { region, endpoint, ...credentials } = bucketAccess(`s3://${hostname}`, environment);
  const prefix = pathname.replace(/^\/+/u, '').replace(/\/*$/u, '/');
  return new S3Remote({
    bucket: hostname,
    prefix: prefix === '/' ? '' : prefix,
    endpoint: new URL(endpoint || `https://s3.${region}.amazonaws.com`),
    region,
    credentials,
  });
}

/** A remote that could not be opened: every request fails with the reason, so that it costs a warning, like one that does not answer. */
function unusableRemote(address: string, reason: string): Remote {
  const fail = async (): Promise<never> => {
    throw new RemoteError(reason, { transient: false });
  };
  const upkeep: RemoteUpkeep = { list: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }), remove: fail };
  return {
    address,
    unaskedBytes: 0,
    record: fail,
    putRecord: fail,
    replaceRecord: fail,
    missing: fail,
    fetch: fail,
    putObject: fail,
    replaceObject: fail,
    upkeep,
    close: () => undefined,
  };
}
