import type { ViewSpec } from '../../data/index.ts';
import type { RandAugmentSettings, ViewSettings } from '../settings/views.ts';

/** Side of CIFAR-10's images, pixels. */
const imageSize = 32;

/** How training views are made, clean ones and, where `randAugment` is given, noisy ones. */
export function viewSpec(views: ViewSettings, randAugment?: RandAugmentSettings): ViewSpec {
  return { imageSize, ...views, ...(randAugment && { randAugment }) };
}

/** How whole images are brought to a network's size for evaluation. */
export function wholeSpec(side: number): ViewSpec {
  return { imageSize, padding: 0, resize: side, crop: side, geometry: 'shared' };
}
