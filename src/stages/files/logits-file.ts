import { createSafetensors, openSafetensors } from '../../data/index.ts';
import { StageError } from '../../problem/errors.ts';

const tensor = 'logits';

/** Writes logits epoch by epoch. @param epoch returns those of one epoch, [images, classes]. */
export async function writeLogits(
  path: string,
  { epochs, images, classes }: { readonly epochs: number; readonly images: number; readonly classes: number },
  epoch: (epoch: number) => Promise<Float32Array>,
): Promise<void> {
  const shape = [epochs, images, classes];
  const file = await createSafetensors(path, new Map([[tensor, { dtype: 'F32', shape }]]));
  try {
    for (let index = 0; index < epochs; index += 1) await file.writeRows(tensor, index, await epoch(index));
  } catch (error) {
    await file.abandon();
    throw error;
  }
  await file.finish();
}

/** Logits that are read one epoch at a time. */
export interface LogitsReader {
  readonly epochs: number;
  readonly images: number;
  readonly classes: number;
  /** @returns [images, classes]. */
  epoch(epoch: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a file of logits. @throws StageError if it does not contain the required epochs and images. */
export async function openLogits(
  path: string,
  needed: { readonly epochs: number; readonly images: number; readonly classes: number },
): Promise<LogitsReader> {
  const file = await openSafetensors(path);
  const [epochs = 0, images = 0, classes = 0] = file.tensors.get(tensor)?.shape ?? [];
  if (epochs < needed.epochs || images < needed.images) {
    await file.close();
    throw new StageError(
      `the teacher's logits cover ${images} images in ${epochs} epochs, but ${needed.images} images in ${needed.epochs} epochs are needed`,
      { hint: 'set the same epochs and dataset for the stage that caches logits and for the student' },
    );
  }
  if (classes !== needed.classes) {
    await file.close();
    throw new StageError(`the teacher's logits have ${classes} classes, those of the student ${needed.classes}`, {
      hint: 'train the teacher and the student on the same classes',
    });
  }
  let kept: { epoch: number; values: Float32Array } | undefined;
  return {
    epochs,
    images,
    classes,
    async epoch(epoch) {
      if (kept?.epoch !== epoch) {
        kept = { epoch, values: await file.read(tensor, 'F32', { first: epoch, count: 1 }) };
      }
      return kept.values;
    },
    close: () => file.close(),
  };
}
