import { failureOfConnection, failureOfStatus } from '../../download/failure.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { pipIndex } from './pip.ts';

const publicIndex = 'https://pypi.org/simple';
const answerMilliseconds = 30_000;
/** Listings of the largest projects have a few megabytes. */
const mostListingBytes = 64 * 2 ** 20;
/** PEP 691 if the index supports it, otherwise PEP 503. */
const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';

/** The Python package index of this machine: `PIP_INDEX_URL`, otherwise pip's configuration, otherwise PyPI. */
export async function indexUrl(environment: Environment): Promise<string> {
  return environment['PIP_INDEX_URL'] || (await pipIndex(environment)) || publicIndex;
}

/**
 * Asks an index for the URL of a file.
 * @throws EnvironmentError if the index does not answer, refuses or does not list the file.
 */
export async function findFile(index: string, project: string, file: string, signal?: AbortSignal): Promise<string> {
  const page = `${index.replace(/\/+$/, '')}/${project}/`;
  if (!URL.canParse(page)) {
    throw new EnvironmentError(`the Python package index ${index} is not a URL`, { hint: otherIndex });
  }
  const listing = await ask(page, signal);
  const links = listing.isJson ? linksOfJson(listing.text) : linksOfHtml(listing.text);
  const link = links.find((candidate) => fileName(candidate) === file);
  if (link !== undefined) return new URL(link, listing.url).href;
  throw new EnvironmentError(`${shownUrl(page)} does not list ${file}`, { hint: otherIndex });
}

const otherIndex = 'point PIP_INDEX_URL at an index that mirrors PyPI and that this machine can reach';

/** A URL without user and password, for messages. */
export function shownUrl(url: string): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}

interface Listing {
  readonly url: string;
  readonly isJson: boolean;
  readonly text: string;
}

async function ask(page: string, signal: AbortSignal | undefined): Promise<Listing> {
  const shown = shownUrl(page);
  const timeout = AbortSignal.timeout(answerMilliseconds);
  let reason: string;
  try {
    const headers = { accept, ...credentials(new URL(page)) };
    const response = await fetch(shown, { headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    if (response.ok) return { url: response.url, isJson, text: await textOf(response) };
    reason = failureOfStatus(shown, response.status).reason;
  } catch (error) {
    signal?.throwIfAborted();
    const failure = timeout.aborted ? { reason: 'it does not answer' } : failureOfConnection(shown, error);
    if (!failure) throw error;
    reason = failure.reason;
  }
  throw new EnvironmentError(`the Python package index ${shown} cannot be used: ${reason}`, { hint: otherIndex });
}

/** Reads an answer, up to the maximum size of a listing. */
async function textOf({ body, url }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostListingBytes) {
      throw new EnvironmentError(`the Python package index ${shownUrl(url)} sends a listing that is too long`, {
        hint: otherIndex,
      });
    }
  }
  return Buffer.concat(chunks).toString();
}

/** fetch refuses URLs with a user and a password in them; they go into a header. */
function credentials({ username, password }: URL): { authorization?: string } {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function linksOfJson(text: string): string[] {
  try {
    const listing = JSON.parse(text) as { files?: { url: string }[] };
    return (listing.files ?? []).map((file) => file.url);
  } catch {
    // A login page or a proxy's notice instead of a listing: it lists nothing.
    return [];
  }
}

function linksOfHtml(text: string): string[] {
  return [...text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["']/gi)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  );
}

function fileName(link: string): string {
  const path = link.replace(/[?#].*$/, '');
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}
