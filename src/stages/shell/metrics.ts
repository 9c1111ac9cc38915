import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { StageContext } from '../../engine/definition.ts';
import { type MetricPoint, metricPointOf, readMetricsText } from './metrics-text.ts';

/** The variable with the name of the file to which a command may append points of its curves. */
export const pointsVariable = 'PIPE_METRICS';

/** That file, in the folder of the command. */
export const pointsFile = '.pipe-metrics.jsonl';

const pollMilliseconds = 500;
const chunkBytes = 1024 * 1024;
const longestLine = 64 * 1024;
const largestFile = 4 * 1024 * 1024;

type Reporting = Pick<StageContext, 'report' | 'warn'>;

/** Reads the points that a command appends while it runs, and reports each. */
export class PointsReader {
  /** The last finite value of each curve. */
  readonly latest: Record<string, number> = {};
  readonly #path: string;
  readonly #context: Reporting;
  readonly #timer: NodeJS.Timeout;
  readonly #decoder = new StringDecoder('utf8');
  #offset = 0;
  #lines = 0;
  #rest = '';
  #malformed = 0;

  constructor(folder: string, context: Reporting) {
    this.#path = join(folder, pointsFile);
    this.#context = context;
    this.#timer = setInterval(() => this.read(), pollMilliseconds).unref();
  }

  /** Reads what was appended since the last time. */
  read(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, 'r');
    } catch {
      return;
    }
    try {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      for (let count = 1; count > 0; this.#offset += count) {
        count = readSync(descriptor, chunk, 0, chunkBytes, this.#offset);
        this.#take(this.#decoder.write(chunk.subarray(0, count)));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Reads the rest, after the command has ended. */
  end(): void {
    this.close();
    this.read();
    if (this.#rest.trim() !== '') this.#line(this.#rest);
    this.#rest = '';
    if (this.#malformed === 0) return;
    const lines = this.#malformed === 1 ? '1 line' : `${this.#malformed} lines`;
    this.#context.warn(
      `${lines} of $${pointsVariable} could not be read: write one JSON object per line, such as {"step": 1, "loss": 0.5}`,
    );
  }

  /** Stops, even if there is more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, longestLine + 1);
    for (const line of lines) if (line.trim() !== '') this.#line(line);
  }

  #line(line: string): void {
    this.#lines += 1;
    const point = line.length > longestLine ? undefined : metricPointOf(line, this.#lines);
    if (!point) this.#malformed += 1;
    else this.#report(point);
  }

  #report(point: MetricPoint): void {
    for (const [name, value] of Object.entries(point.values)) if (Number.isFinite(value)) this.latest[name] = value;
    reportPoint(point, this.#context);
  }
}

function reportPoint({ step, steps, values }: MetricPoint, { report }: Reporting): void {
  const label = steps === undefined ? `step ${step}` : `step ${step}/${steps}`;
  report({ label, done: step, total: steps ?? 0, unit: 'steps', step, metrics: values });
}

/** Reads the metrics files that a command wrote. What cannot be read is a warning, because the work is done. */
export async function readMetricsFiles(
  files: readonly string[],
  folder: string,
  context: Reporting,
): Promise<Readonly<Record<string, unknown>>> {
  const all: Record<string, unknown> = {};
  for (const file of files) {
    try {
      const { metrics, points } = await readMetricsText(file, textOf(join(folder, file)));
      for (const point of points) reportPoint(point, context);
      Object.assign(all, metrics);
    } catch (error) {
      context.warn(`no metrics were read from ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return all;
}

function textOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new Error('the command did not write it');
  if (stats.size > largestFile) throw new Error(`it has ${stats.size} bytes, and at most ${largestFile} are read`);
  return readFileSync(path, 'utf8');
}
