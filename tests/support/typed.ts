import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/program.ts';
import type { Outcome } from './pipe.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A stream that is not a terminal, and what was written to it. */
function capture(): { readonly stream: NodeJS.WriteStream; text(): string } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

/**
 * Does what `pipe` would do with these arguments, in this process: a hundred of these take as long as one process takes to start. Stages
 * still run in worker processes of the bundle.
 */
export async function typed(
  arguments_: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string | undefined>>; readonly directory?: string } = {},
): Promise<Outcome & { readonly code: number }> {
  const [stdout, stderr] = [capture(), capture()];
  const code = await runProgram({
    arguments: arguments_,
    environment: { ...process.env, CIFAR10_DIR: undefined, CIFAR10C_DIR: undefined, ...options.environment },
    directory: options.directory ?? root,
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: () => new PassThrough() as unknown as NodeJS.ReadStream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
