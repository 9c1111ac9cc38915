import { imageSide, type ViewSpec } from '../../data/index.ts';
import type { RandAugmentSettings, ViewSettings } from '../settings/views.ts';

/** How training views are made, clean ones and, where `randAugment` is given, noisy ones. */
export function viewSpec(views: ViewSettings, randAugment?: RandAugmentSettings): ViewSpec {
  return { imageSize: imageSide, ...views, ...(randAugment && { randAugment }) };
}

/** How whole images are brought to a network's size for evaluation. */
export function wholeSpec(side: number): ViewSpec {
  return { imageSize: imageSide, padding: 0, resize: side, crop: side, geometry: 'shared' };
}
