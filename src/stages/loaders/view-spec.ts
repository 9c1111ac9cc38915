import { imageSide, type ViewSpec } from '../../data/index.ts';
import type { AugMixSettings, RandAugmentSettings, ViewSettings } from '../settings/views.ts';

/** How training views are made: clean ones; noisy ones if `randAugment` is set; mixed ones if `augMix` is set. */
export function viewSpec(views: ViewSettings, randAugment?: RandAugmentSettings, augMix?: AugMixSettings): ViewSpec {
  return { imageSize: imageSide, ...views, ...(randAugment && { randAugment }), ...(augMix && { augMix }) };
}

/** How whole images are resized to a network's input for evaluation. */
export function wholeSpec(side: number): ViewSpec {
  return { imageSize: imageSide, padding: 0, resize: side, crop: side, geometry: 'shared' };
}
