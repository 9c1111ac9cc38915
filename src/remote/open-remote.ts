import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../problem/errors.ts';
import { actionResultForm, plainForm } from './protocols/action-result.ts';
import { FolderRemote } from './protocols/folder.ts';
import { httpRemote } from './protocols/http.ts';
import { S3Remote } from './protocols/s3.ts';
import type { Remote } from './remote.ts';

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

/** What is wrong with a remote's URL, as half a sentence; undefined if nothing is. */
export function urlProblem(text: string): string | undefined {
  const url = urlOf(text);
  if (!url) return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    return 'contains credentials or a query; put credentials into environment variables';
  }
  if (url.protocol === 's3:' && url.hostname === '') return 'names no bucket: s3://BUCKET/PREFIX';
  if (!['http:', 'https:', 's3:', 'file:'].includes(url.protocol)) {
    return `has the scheme ${url.protocol.slice(0, 20)} but must be http, https, s3 or a folder`;
  }
  return undefined;
}

/**
 * Opens a remote with its credentials from the environment.
 * @param directory for relative folders.
 * @throws EnvironmentError if S3 credentials are missing.
 */
export function openRemote(
  { name, url: text, records }: RemoteSettings,
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): Remote {
  const url = urlOf(text);
  if (!url || url.protocol === 'file:') return new FolderRemote(url ? fileURLToPath(url) : resolve(directory, text));
  if (url.protocol === 's3:') return openBucket(url, environment);
  const form = records === 'action-result' ? actionResultForm : plainForm;
  return httpRemote(url, form, authorizationOf(name, environment));
}

/** A URL; undefined for a path. */
function urlOf(text: string): URL | undefined {
  return !isAbsolute(text) && /^[a-z][a-z0-9+.-]*:/iu.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/** `PIPE_REMOTE_TOKEN_NAME` is a bearer token; `PIPE_REMOTE_USER_NAME` and `PIPE_REMOTE_PASSWORD_NAME` are for basic authentication. */
function authorizationOf(name: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const suffix = name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
  const [token, user, password] = ['TOKEN', 'USER', 'PASSWORD'].map(
    (what) => environment[`PIPE_REMOTE_${what}_${suffix}`],
  );
  if (token) return `Bearer ${token}`;
  return user ? `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` : undefined;
}

/** The variables of Amazon's own tools. */
function openBucket({ hostname, pathname }: URL, environment: Readonly<Record<string, string | undefined>>): Remote {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) {
    throw new EnvironmentError(`There are no credentials for s3://${hostname} in the environment.`, {
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws configure export-credentials --format env` prints those of a profile',
    });
  }
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1';
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'];
  const prefix = pathname.replace(/^\/+/u, '').replace(/\/*$/u, '/');
  return new S3Remote({
    bucket: hostname,
    prefix: prefix === '/' ? '' : prefix,
    endpoint: new URL(endpoint || `https://s3.${region}.amazonaws.com`),
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] },
  });
}
