import type { JsonObject } from '../json/json.ts';
import { connectionFailure } from '../problem/connection.ts';

/** The receiver of traces, as OpenTelemetry's variables set it. */
export interface TraceReceiver {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** The value of OTEL_EXPORTER_OTLP_HEADERS: `name=value,…`, percent-encoded. Never shown. */
  readonly headers: string | undefined;
  /** Ends the sending. */
  readonly signal: AbortSignal;
}

/** Sends a trace in one POST. Resolves to undefined, or to the reason of a failure: a sentence without possible secrets. */
export async function sendTrace(request: JsonObject, receiver: TraceReceiver): Promise<string | undefined> {
  const { signal } = receiver;
  const url = tracesUrl(receiver.endpoint);
  if (!url)
    return 'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://, without a user name';
  const headers = headersOf(receiver.headers);
  if (!headers) return 'OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs, separated by commas and percent-encoded';
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
      // The headers are for this server only.
      redirect: 'error',
      signal,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${url.origin} answered ${response.status}`;
  } catch (error) {
    return signal.aborted
      ? `${url.origin} did not answer in time`
      : `${url.origin} cannot be reached: ${reasonOf(error)}`;
  }
}

function tracesUrl(endpoint: string): URL | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  if (!/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}/v1/traces`;
  return url;
}

function headersOf(text = ''): Headers | undefined {
  const headers = new Headers();
  try {
    for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
      const [name = '', ...value] = pair.split('=');
      headers.set(decodeURIComponent(name.trim()), decodeURIComponent(value.join('=').trim()));
    }
  } catch {
    return undefined;
  }
  headers.set('content-type', 'application/json');
  return headers;
}

/** `fetch` only reports that it failed; the cause has the reason. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return connectionFailure(error)?.reason ?? (cause instanceof Error ? cause.message : String(error));
}
