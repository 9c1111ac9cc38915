import { StageError } from '../../problem/errors.ts';
import type { ValidationSettings } from './training.ts';

/** Which images are used for training and which are held out, the last ones. @throws StageError if none would be left to train on. */
export function splitForValidation(
  total: number,
  { images, overlap }: ValidationSettings,
): { trained: number; firstHeldOut: number } {
  const trained = total - images + overlap;
  if (trained < 1) {
    throw new StageError(`${images} validation images leave none of the ${total} training images to train on`, {
      hint: 'lower validation.images, or load more training images',
    });
  }
  return { trained, firstHeldOut: total - images };
}
