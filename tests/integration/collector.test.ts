import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** A collector with the OTLP receiver and the file exporter, such as the distribution otelcol. */
const collector = process.env['PIPE_TEST_COLLECTOR'];
if (collector === undefined) console.log('skipped: PIPE_TEST_COLLECTOR names no OpenTelemetry Collector');

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
}

test.skipIf(collector === undefined)('an OpenTelemetry Collector takes a run as one trace', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'traces.json');
  const port = await freePort();
  const config = `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { file: { path: ${JSON.stringify(file)} } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
`;
  await writeFile(join(directory, 'collector.yaml'), config);
  const server = spawn(collector!, ['--config', `file:${join(directory, 'collector.yaml')}`], { stdio: 'pipe' });
  onTestFinished(() => void server.kill('SIGKILL'));
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until(() => {
    if (server.exitCode !== null) throw new Error(said);
    return said.includes('Everything is ready') || undefined;
  });

  const stages = {
    first: { uses: 'shell', with: { command: 'echo 1 > o', outputs: { o: 'o' } } },
    second: {
      uses: 'shell',
      needs: { i: 'first.o' },
      with: { command: 'false', inputs: { i: 'i' }, outputs: { o: 'o' } },
    },
  };
  await writeFile(join(directory, 'p.yaml'), JSON.stringify({ name: 'collected', stages }));
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const { code, stderr } = await pipe(['run', 'p.yaml'], { directory, environment });
  expect(code, stderr).toBe(1);
  expect(stderr).not.toContain('OTEL');

  // It writes what it has when it ends.
  server.kill('SIGTERM');
  await once(server, 'exit');
  expect(existsSync(file)).toBe(true);
  const { resourceSpans } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
  };
  const [run, first, second, ...more] = resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);
  expect(more).toEqual([]);
  expect(run).toMatchObject({ name: 'collected', status: { code: 2 } });
  expect(first).toMatchObject({ name: 'first', traceId: run!.traceId, parentSpanId: run!.spanId, status: { code: 1 } });
  expect(second).toMatchObject({
    name: 'second',
    traceId: run!.traceId,
    parentSpanId: run!.spanId,
    status: { code: 2 },
  });
});
