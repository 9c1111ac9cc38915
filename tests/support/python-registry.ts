import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** A file of a registry, under its project. */
export interface RegistryFile {
  readonly project: string;
  readonly file: string;
  readonly content: Buffer;
}

/** How a test's registry behaves. */
export interface RegistryOptions {
  /** The format of its listings: PEP 691's JSON, or PEP 503's HTML. */
  readonly format?: 'json' | 'html';
  /** Answers in place of the registry where it returns true. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A Python package index on this machine, until the calling test file ends. */
export interface PythonRegistry {
  /** The value for PIP_INDEX_URL. */
  readonly index: string;
  /** The path of each request so far. */
  readonly requests: readonly string[];
}

/** Starts a Python package index that serves a few files. */
export async function startPythonRegistry(
  files: readonly RegistryFile[],
  options: RegistryOptions = {},
): Promise<PythonRegistry> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    if (options.intercept?.(request, response)) return;
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const listed = files.filter((file) => file.project === project);
    const served = files.find((file) => path === `/files/${file.file}`);
    if (served) response.end(served.content);
    else if (listed.length === 0) response.writeHead(404).end();
    else if (options.format === 'html') sendHtml(response, listed);
    else sendJson(response, listed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { index: `http://127.0.0.1:${port}/simple`, requests };
}

function sendJson(response: ServerResponse, listed: readonly RegistryFile[]): void {
  response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
  const entries = listed.map(({ file }) => ({ filename: file, url: `../../files/${file}`, hashes: {} }));
  response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, files: entries }));
}

function sendHtml(response: ServerResponse, listed: readonly RegistryFile[]): void {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  const links = listed.map(
    ({ file }) => `<a data-requires-python="&gt;=3.9"\n href="../../files/${file}#sha256=00">${file}</a><br/>`,
  );
  response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
}
