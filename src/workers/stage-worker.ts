// The program of a stage worker: a process that runs one stage at a time for the `pipe` that started it. It is a process because a timeout
// must be able to end a stage that is busy inside TensorFlow, because each place of the GPU lane needs its own CUDA_VISIBLE_DEVICES, and
// because a crash must not end the run.
import { runInProcess } from '../engine/run/in-process.ts';
import { builtinDefinitions, catalogueOf } from '../stages/catalogue.ts';
import { machineServices } from './machine-services.ts';
import { type FromWorker, packError, type ToWorker, unpackError } from './protocol.ts';

const directory = process.cwd();
const catalogue = catalogueOf(builtinDefinitions(machineServices(process.env, directory)), directory);
let running: AbortController | undefined;

function send(message: FromWorker): void {
  process.send?.(message);
}

process.on('message', async (message: ToWorker) => {
  if (message.type === 'stop') {
    running?.abort(unpackError(message.reason));
    return;
  }
  running = new AbortController();
  try {
    const result = await runInProcess(
      catalogue,
      message.job,
      message.variables,
      {
        progress: (progress) => send({ type: 'progress', progress }),
        say: (text) => send({ type: 'output', text }),
        warn: (text) => send({ type: 'warning', message: text }),
      },
      running.signal,
    );
    send({ type: 'done', result });
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  } finally {
    running = undefined;
  }
});

// The terminal sends Ctrl-C to the whole group: the parent handles it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(1));
