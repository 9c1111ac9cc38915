import { constants } from 'node:os';
import { runProgram } from './program.ts';

// Stores and caches must never be writable for everybody, whatever the shell's umask; processes of stages inherit this.
process.umask(process.umask() | 0o002);

/** A run is more important than its output: it continues even if nobody reads that. */
const outlivesItsReader = process.argv[2] === 'run';

// The reader of the output is gone (`pipe runs | head -1`): end like other programs with a closed pipe.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') return ignoreClosedTerminal(error);
    if (!outlivesItsReader) process.exit(128 + constants.signals.SIGPIPE);
  });
}

/** SIGHUP told the run to stop: nobody sees its remaining output. */
function ignoreClosedTerminal(error: NodeJS.ErrnoException): void {
  if (error.code === 'EIO') return;
  // For example, a full disk behind a redirection; errors of standard error cannot be reported.
  if (process.stderr.writable) process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
  process.exit(3);
}

void runProgram({
  arguments: process.argv.slice(2),
  environment: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
