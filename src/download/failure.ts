import { hasCode } from '../disk/codes.ts';
import { connectionFailure } from '../problem/connection.ts';
import { EnvironmentError } from '../problem/errors.ts';

/** Why one attempt at one address did not get the whole file. */
export interface Failure {
  readonly url: string;
  /** A clause that completes "Could not download URL: …". */
  readonly reason: string;
  /** Whether the same request may succeed a moment later. */
  readonly transient: boolean;
}

const transientStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The meaning of an HTTP answer other than success. */
export function failureOfStatus(url: string, status: number): Failure {
  const meaning = status === 404 || status === 410 ? 'there is no such file' : 'the server refused';
  return { url, reason: `${meaning} (HTTP ${status})`, transient: transientStatus.has(status) };
}

/** The meaning of an error of `fetch` or of its body; undefined if the connection did not cause it. */
export function failureOfConnection(url: string, error: unknown): Failure | undefined {
  const failure = connectionFailure(error);
  if (failure) return { url, ...failure };
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (hasCode(cause, 'ERR_INVALID_URL')) return { url, reason: 'it is not a URL', transient: false };
  }
  // fetch rejects with a TypeError for every other way of not getting an answer.
  if (error instanceof TypeError) {
    const detail = error.cause instanceof Error ? error.cause.message : error.message;
    return { url, reason: detail, transient: true };
  }
  return undefined;
}

const refusals = new Set(['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'EISDIR']);

/** The meaning of a file system error for the target file; undefined if nobody can act on it. */
export function diskError(to: string, error: unknown): EnvironmentError | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const options = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EnvironmentError(`No space is left on the disk for ${to}.`, {
      ...options,
      hint: 'Free some space and run again: what was downloaded so far is kept.',
    });
  }
  if (code !== undefined && refusals.has(code)) {
    return new EnvironmentError(`Cannot write ${to} (${code}).`, {
      ...options,
      hint: 'Make its directory writable, or choose another one.',
    });
  }
  return undefined;
}

/** The error for a file that no address provided. */
export function downloadError(to: string, failures: readonly Failure[]): EnvironmentError {
  const message = failures.map(({ url, reason }) => `Could not download ${url}: ${reason}.`).join('\n');
  return new EnvironmentError(message, {
    hint: `Run again to resume, or get the file by other means and put it at ${to}.`,
  });
}
