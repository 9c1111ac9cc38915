import { encode } from 'fast-png';
import { imageBytes, imageSide } from '../data/cifar10/dataset.ts';
import type { StageSummary } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { EnvironmentError, StageError } from '../problem/errors.ts';
import { readSplit } from '../stages/files/dataset-file.ts';

/** Some test images of a stage that made a data set, as PNG; undefined if it made none, or an incomplete one. */
export async function testPictures(
  { outputs }: StageSummary,
  images: readonly number[],
  store: LocalStore,
): Promise<readonly Uint8Array[] | undefined> {
  const output = outputs['dataset'];
  if (!output || output.directory) return undefined;
  try {
    const test = await readSplit(await store.open(output, 'dataset.safetensors'), 'test');
    return images.map((image) =>
      encode({
        width: imageSide,
        height: imageSide,
        channels: 3,
        data: test.images.slice(image * imageBytes, (image + 1) * imageBytes),
      }),
    );
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof StageError) return undefined;
    throw error;
  }
}
