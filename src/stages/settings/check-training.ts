import { imageSide } from '../../data/index.ts';
import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import type { NetworkSettings } from './network.ts';
import type { AveragingSettings, ValidationSettings } from './training.ts';
import type { ViewSettings } from './views.ts';

const mostTrainImages = 50_000;

interface ViewsAndNetwork {
  readonly network: NetworkSettings;
  readonly views: ViewSettings;
}

interface Training extends ViewsAndNetwork {
  readonly epochs: number;
  readonly batchSize: number;
  readonly averaging?: AveragingSettings;
  readonly validation: ValidationSettings;
}

/** Rules between the settings of views and network. */
export function checkViews(config: JsonObject): readonly ConfigIssue[] {
  const { network, views } = config as unknown as ViewsAndNetwork;
  const issues: ConfigIssue[] = [];
  if (views.crop > views.resize) {
    issues.push({
      path: ['views', 'crop'],
      message: `a crop of ${views.crop} pixels does not fit into a view resized to ${views.resize}`,
      hint: `resize to at least ${views.crop}, or crop to at most ${views.resize}`,
    });
  }
  if (views.crop !== network.imageSize) {
    issues.push({
      path: ['views', 'crop'],
      message: `the crop is ${views.crop} pixels, but the network takes images of ${network.imageSize}`,
      hint: 'make views.crop and network.imageSize the same',
    });
  }
  if (views.padding > 0 && views.resize < imageSide) {
    issues.push({
      path: ['views', 'padding'],
      message: `padding an image of ${imageSide} pixels only to shrink it to ${views.resize} loses detail`,
      hint: 'set views.padding to 0',
    });
  }
  return issues;
}

/** Rules between the settings of a training stage. */
export function checkTraining(config: JsonObject): readonly ConfigIssue[] {
  const { epochs, batchSize, averaging, validation } = config as unknown as Training;
  const issues: ConfigIssue[] = [...checkViews(config)];
  if (averaging && averaging.kind !== 'none') {
    const unit = averaging.kind === 'epoch' ? 'epoch' : 'step';
    const last = unit === 'epoch' ? epochs : epochs * Math.ceil(mostTrainImages / batchSize);
    if (averaging.start >= last) {
      issues.push({
        path: ['averaging', 'start'],
        message: `averaging would start at ${unit} ${averaging.start}, after the last ${unit} (${last - 1}) of ${epochs} epochs`,
        hint: `start at ${unit} ${last - 1} or before`,
      });
    }
  }
  if (validation.overlap > validation.images) {
    issues.push({
      path: ['validation', 'overlap'],
      message: `${validation.overlap} overlapping images are more than the ${validation.images} held out`,
      hint: `at most ${validation.images}`,
    });
  }
  return issues;
}
