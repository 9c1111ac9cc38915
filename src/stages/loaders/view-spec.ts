import { imageSide, type ViewSpec } from '../../data/index.ts';
import type { AugMixSettings, RandAugmentSettings, ViewSettings } from '../settings/views.ts';

/** How training views are made: clean ones and, where `randAugment` is given, noisy ones, where `augMix` is, mixed ones. */
export function viewSpec(views: ViewSettings, randAugment?: RandAugmentSettings, augMix?: AugMixSettings): ViewSpec {
  return { imageSize: imageSide, ...views, ...(randAugment && { randAugment }), ...(augMix && { augMix }) };
}

/** How whole images are brought to a network's size for evaluation. */
export function wholeSpec(side: number): ViewSpec {
  return { imageSize: imageSide, padding: 0, resize: side, crop: side, geometry: 'shared' };
}
