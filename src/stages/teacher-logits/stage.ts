import { openViewLoader, viewDtype } from '../../data/index.ts';
import { type Classifier, openClassifier } from '../../nn/index.ts';
import type { BuiltInProgram } from '../define.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import { deviceJson, ranOn, warnOfOthers } from '../files/devices.ts';
import { finishedParts } from '../files/finished-parts.ts';
import { writeLogits } from '../files/logits-file.ts';
import { readWeights } from '../files/weights-file.ts';
import { viewSpec } from '../loaders/view-spec.ts';
import type { Services } from '../services.ts';
import { buildNetwork } from '../settings/networks.ts';
import type { TeacherLogitsContext } from './config.ts';

/** Runs the teacher on the view of every training image in every epoch; continues after the last finished epoch. */
export function program(services: Services): BuiltInProgram<TeacherLogitsContext> {
  return {
    async run(context) {
      const { config, inputs, outputs } = context;
      const network = buildNetwork(config.network);
      const split = await readSplit(inputs['dataset'], 'train');
      const backend = await services.backend();
      const kind = config.randAugment ? 'noisy' : 'clean';
      const spec = viewSpec(config.views, config.randAugment);
      const weights = await readWeights(inputs['weights'], network);
      const form = { size: config.batchSize, pixels: viewDtype(spec, kind) };
      const teacher = openClassifier(backend, network, weights, form);
      const loader = openViewLoader({
        images: split.images,
        labels: split.labels,
        seed: config.seed,
        spec,
        kinds: [kind],
        batchSize: config.batchSize,
        workers: config.workers ?? services.viewWorkers,
        signal: context.signal,
      });
      const parts = await finishedParts(context.checkpoints, deviceJson(backend));
      warnOfOthers(context, parts.devices);
      const shape = { epochs: config.epochs, images: split.labels.length, classes: network.classes };
      try {
        await writeLogits(outputs['logits'], shape, async (epoch) => {
          const bytes = await parts.part(`epoch-${epoch}`, async () => {
            const logits = new Float32Array(shape.images * shape.classes);
            let done = 0;
            for await (const { views, indices } of loader.batches(requests(split, epoch, config.batchSize))) {
              await nextTurn(context);
              logits.set(ask(teacher, views[kind], indices.length), done * shape.classes);
              done += indices.length;
              context.report({
                label: `epoch ${epoch + 1}/${config.epochs}`,
                done: epoch * shape.images + done,
                total: config.epochs * shape.images,
                unit: 'images',
              });
            }
            return new Uint8Array(logits.buffer);
          });
          return new Float32Array(bytes.slice().buffer);
        });
      } finally {
        teacher.dispose();
        await loader.close();
      }
      return { metrics: shape, provenance: ranOn(parts.devices) };
    },
  };
}

function ask(teacher: Classifier, views: Float32Array | Uint8Array | undefined, size: number): Float32Array {
  if (!views) throw new RangeError('the loader makes no such views');
  return teacher.logits(views, size);
}

function* requests({ labels }: Split, epoch: number, batchSize: number) {
  for (let first = 0; first < labels.length; first += batchSize) {
    const count = Math.min(batchSize, labels.length - first);
    yield { epoch, indices: Uint32Array.from({ length: count }, (_, index) => first + index) };
  }
}

/** Lets progress messages out and stop requests in, between two blocking calls. */
async function nextTurn({ signal }: Pick<TeacherLogitsContext, 'signal'>): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}
