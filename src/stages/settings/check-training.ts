import { imageSide } from '../../data/cifar10/dataset.ts';
import type { ConfigIssue, OutputFacts } from '../../schema/kind.ts';
import type { NetworkSettings } from './networks.ts';
import { checkNetworkOf, trainImagesOf } from './output-facts.ts';
import type { AveragingSettings, ValidationSettings } from './training.ts';
import type { ViewSettings } from './views.ts';

interface ViewsAndNetwork {
  readonly network: NetworkSettings;
  readonly views: ViewSettings;
}

interface Training extends ViewsAndNetwork {
  readonly epochs: number;
  readonly batchSize: number;
  readonly dropLastBatch?: boolean;
  readonly batchNormReplicas?: number;
  readonly averaging?: AveragingSettings;
  readonly validation: ValidationSettings;
}

/** Rules between the settings of views. */
export function checkGeometry(views: ViewSettings): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (views.crop > views.resize) {
    issues.push({
      path: ['views', 'crop'],
      message: `a crop of ${views.crop} pixels does not fit into a view resized to ${views.resize}`,
      hint: `resize to at least ${views.crop}, or crop to at most ${views.resize}`,
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

/** Rules between the settings of views and network. */
export function checkViews({ network, views }: ViewsAndNetwork): readonly ConfigIssue[] {
  const issues = [...checkGeometry(views)];
  if (views.crop !== network.imageSize) {
    issues.push({
      path: ['views', 'crop'],
      message: `the crop is ${views.crop} pixels, but the network takes images of ${network.imageSize}`,
      hint: 'make views.crop and network.imageSize the same',
    });
  }
  return issues;
}

/** Rules between the settings of a training stage. */
export function checkTraining(config: Training): readonly ConfigIssue[] {
  const { epochs, averaging, validation } = config;
  const issues: ConfigIssue[] = [...checkViews(config), ...checkReplicas(config)];
  if (averaging?.kind === 'epoch') issues.push(...checkStart(averaging, epochs, epochs));
  if (validation.overlap > validation.images) {
    issues.push({
      path: ['validation', 'overlap'],
      message: `${validation.overlap} overlapping images are more than the ${validation.images} held out`,
      hint: `at most ${validation.images}`,
    });
  }
  return issues;
}

/** Rules between the settings of a training stage and what is known about its images and its initial weights. */
export function checkTrainingInputs(config: Training, facts: OutputFacts): readonly ConfigIssue[] {
  const { network, epochs, batchSize, dropLastBatch, averaging, validation } = config;
  const issues = [...checkNetworkOf(facts, 'initial', network)];
  const trainImages = trainImagesOf(facts, 'dataset');
  if (trainImages === undefined) return issues;
  const trained = trainImages - validation.images + validation.overlap;
  if (trained < 1) {
    issues.push({
      path: ['validation', 'images'],
      message: `${validation.images} validation images leave none of the ${trainImages} training images to train on`,
      hint: `at most ${trainImages - 1}`,
    });
  } else if (dropLastBatch && trained < batchSize) {
    issues.push({
      path: ['batchSize'],
      message: `${trained} images to train on do not fill a batch of ${batchSize}, and dropLastBatch drops smaller batches`,
      hint: `at most ${trained}`,
    });
  } else if (averaging?.kind === 'swa' || averaging?.kind === 'moving-average') {
    issues.push(
      ...checkStart(averaging, epochs, epochs * (dropLastBatch ? Math.floor : Math.ceil)(trained / batchSize)),
    );
  }
  return issues;
}

/** Parts of a batch are equal, and so are batches. */
function checkReplicas({ batchSize, batchNormReplicas = 1, dropLastBatch }: Training): readonly ConfigIssue[] {
  if (batchNormReplicas === 1) return [];
  const path = ['batchNormReplicas'];
  if (batchSize % batchNormReplicas !== 0) {
    const message = `a batch of ${batchSize} images cannot be split into ${batchNormReplicas} equal parts`;
    return [{ path, message, hint: 'make batchSize a multiple of it' }];
  }
  if (dropLastBatch) return [];
  const message = `it may be impossible to split the last batch of an epoch into ${batchNormReplicas} equal parts`;
  return [{ path, message, hint: 'set dropLastBatch: true' }];
}

/** @param moments steps or epochs in the run, depending on what averaging counts. */
function checkStart({ kind, start }: AveragingSettings, epochs: number, moments: number): readonly ConfigIssue[] {
  if (start < moments) return [];
  const unit = kind === 'epoch' ? 'epoch' : 'step';
  const last = moments - 1;
  return [
    {
      path: ['averaging', 'start'],
      message: `averaging would start at ${unit} ${start}, after the last ${unit} (${last}) of ${epochs} epochs`,
      hint: `start at ${unit} ${last} or before`,
    },
  ];
}
