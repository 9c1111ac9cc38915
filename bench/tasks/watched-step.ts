import { get } from 'node:http';
import { type RunEvent, RunState, type StageOutline } from '../../src/engine/index.ts';
import { Curves } from '../../src/engine/run/curves.ts';
import { pageOf } from '../../src/watch/page.ts';
import { servePage } from '../../src/watch/server.ts';
import type { Task, TaskContext } from '../task.ts';
import { smallStep } from './steps.ts';

/** Stages of a run that somebody watches. */
const outlines = Array.from(
  { length: 40 },
  (_, at): StageOutline => ({
    id: `student{temperature=${at}}`,
    stage: 'student',
    uses: 'train-student',
    lane: 'gpu',
    needs: [],
    files: {},
    variants: [{ temperature: at }],
  }),
);

/**
 * A training step of a stage whose run is watched by one open page, with forty stages and four curves of up to 200 points. Here the page is
 * served by the process that trains; `pipe run` serves it from another one, so this is the most that it can cost.
 */
export async function watchedStep(context: TaskContext): Promise<Task> {
  const training = await smallStep(context);
  const state = new RunState();
  const curves = new Curves(200);
  const tell = (event: RunEvent) => state.apply(event, performance.now() / 1000);
  const stage = outlines[0]!.id;
  tell({ type: 'run-started', run: '20260101-000000', pipeline: 'watched', stages: outlines });
  for (const { id } of outlines.slice(1))
    tell({
      type: 'stage-hit',
      stage: id,
      key: id,
      outputs: {},
      metrics: { accuracy: 0.5 },
      provenance: {},
      savedSeconds: 9,
    });
  tell({ type: 'stage-started', stage, key: 'key', reason: { kind: 'never-run' }, attempt: 1 });
  const page = await servePage(
    pageOf({
      state,
      now: () => performance.now() / 1000,
      running: (name) => (name === stage ? curves.file().curves : {}),
      kept: () => new Map(),
      log: () => '',
      broken: () => undefined,
    }),
    { host: '127.0.0.1', port: 0 },
  );
  await read(page.url);
  let done = 0;
  return {
    imagesPerStep: training.imagesPerStep,
    async step() {
      await training.step();
      done += 1;
      const metrics = { loss: 1 / done, accuracy: 0.5, validationLoss: 1 / done, validationAccuracy: 0.5 };
      curves.add(done, metrics);
      const progress = { label: `step ${done}`, done, total: 100_000, unit: 'steps', step: done, metrics };
      tell({ type: 'stage-progress', stage, progress });
    },
  };
}

/** Opens the page as a browser does, and reads all that it is told. */
async function read(url: string): Promise<void> {
  const entrance = await fetch(url);
  const cookie = entrance.headers.get('set-cookie')!.split(';')[0]!;
  await new Promise<void>((resolve) => {
    get(new URL('/events', url), { headers: { cookie } }, (events) => {
      events.resume();
      resolve();
    });
  });
}
