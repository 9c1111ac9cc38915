import { failureOfConnection, failureOfStatus } from '../../download/failure.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { pipIndex } from './pip.ts';

const publicIndex = 'https://pypi.org/simple';
const answerMilliseconds = 30_000;
/** PEP 691 where the index knows it, PEP 503 elsewhere. */
const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';

/** The Python package index of this machine: `PIP_INDEX_URL`, else what pip is configured with, else PyPI. */
export async function indexUrl(environment: Environment): Promise<string> {
  return environment['PIP_INDEX_URL'] || (await pipIndex(environment)) || publicIndex;
}

/**
 * Asks an index where a file of a project can be had.
 * @throws EnvironmentError where the index does not answer, refuses or does not list the file.
 */
export async function findFile(index: string, project: string, file: string, signal?: AbortSignal): Promise<string> {
  const page = new URL(`${index.replace(/\/+$/, '')}/${project}/`);
  const shown = shownUrl(page.href);
  const response = await ask(page, shown, signal);
  const links = response.headers.get('content-type')?.includes('json')
    ? linksOfJson(await response.text())
    : linksOfHtml(await response.text());
  const link = links.find((candidate) => fileName(candidate) === file);
  if (link === undefined) {
    throw new EnvironmentError(`${shown} does not list ${file}`, {
      hint: 'point PIP_INDEX_URL at an index that mirrors PyPI, for example https://pypi.org/simple',
    });
  }
  return new URL(link, response.url).href;
}

async function ask(page: URL, shown: string, signal: AbortSignal | undefined): Promise<Response> {
  const timeout = AbortSignal.timeout(answerMilliseconds);
  const headers: Record<string, string> = { accept };
  if (page.username) {
    const credentials = `${decodeURIComponent(page.username)}:${decodeURIComponent(page.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const reason = await fetch(shown, { headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout }).then(
    (response) => (response.ok ? response : failureOfStatus(shown, response.status).reason),
    (error: unknown) => {
      signal?.throwIfAborted();
      if (timeout.aborted) return 'the host does not answer';
      const failure = failureOfConnection(shown, error);
      if (failure) return failure.reason;
      throw error;
    },
  );
  if (typeof reason !== 'string') return reason;
  throw new EnvironmentError(`the Python package index ${shown} cannot be used: ${reason}`, {
    hint: 'check the network, or point PIP_INDEX_URL at an index that this machine can reach',
  });
}

/** An address as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}

function linksOfJson(text: string): string[] {
  const listing = JSON.parse(text) as { files?: { url: string }[] };
  return (listing.files ?? []).map((file) => file.url);
}

function linksOfHtml(text: string): string[] {
  return [...text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["']/gi)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  );
}

function fileName(link: string): string | undefined {
  const path = link.replace(/[?#].*$/, '');
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}
