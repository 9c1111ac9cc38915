import type { Definition } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue, OutputFacts } from '../../schema/kind.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { checkTraining, checkTrainingInputs } from '../settings/check-training.ts';
import { trainingContinuation } from '../settings/continuation.ts';
import type { LogitsFacts, WeightsFacts } from '../settings/output-facts.ts';
import { trainingProperties, trainingRequired } from '../settings/training.ts';
import { augMixSchema, randAugmentSchema } from '../settings/views.ts';

const config = {
  type: 'object',
  additionalProperties: false,
  required: trainingRequired,
  properties: {
    ...trainingProperties,
    randAugment: randAugmentSchema,
    augMix: augMixSchema,
    temperature: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 10,
      description: 'Divides the logits of both networks before the softmax of the distillation term.',
    },
    temperatureSquared: {
      type: 'boolean',
      default: false,
      description:
        "Multiplies the distillation term by T squared, which keeps its gradient as large as cross-entropy's (Hinton et al. 2015, section 2).",
    },
    crossEntropyWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0.5,
      description: 'What the cross-entropy with the labels is multiplied by; without logits it is 1.',
    },
    distillationWeight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 0.5,
      description: 'What the divergence from the teacher is multiplied by.',
    },
    confidence: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Leaves out the distillation term where the teacher's largest probability (at T = 1) is below this.",
    },
    pairing: {
      type: 'string',
      enum: ['same-image', 'as-published'],
      default: 'same-image',
      description:
        'Whose logits go with a noisy view: those of the same image, or, as the published code had it, of another.',
    },
    labelledImages: {
      type: 'integer',
      minimum: 1,
      maximum: 50000,
      description:
        'Labels are used of the first so many images only; the others teach through the distillation term alone.',
    },
  },
} as const;

export type TrainStudentConfig = ValueOf<typeof config>;

/** The stage kind `train-student`: cross-entropy on noisy views, and consistency with the teacher's cached logits. */
export function trainStudent(services: Services): Definition<TrainStudentConfig> {
  return {
    uses: 'train-student',
    summary: "Trains a network on noisy views with cross-entropy and the teacher's softened logits.",
    version: 2,
    lane: 'gpu',
    config,
    inputs: {
      dataset: { summary: 'Images and labels.' },
      initial: { summary: 'The weights to start from.' },
      logits: { summary: "The teacher's cached logits; without them there is no distillation.", optional: true },
    },
    outputs: {
      weights: { file: 'weights.safetensors', summary: 'The trained weights.' },
      history: { file: 'history.json', summary: 'Loss and accuracy of every epoch.' },
    },
    check: (config) => [...checkTraining(config), ...checkAugMix(config)],
    checkInputs: (config, promised) => [...checkTrainingInputs(config, promised), ...checkLogits(config, promised)],
    outputFacts: (config) => ({ weights: { network: config['network'] } as WeightsFacts }),
    continuation: trainingContinuation,
    load: async () => (await import('./stage.ts')).program(services),
  };
}

/** Two ways to make views at once. */
function checkAugMix(config: JsonObject): readonly ConfigIssue[] {
  const { randAugment, augMix } = config as unknown as TrainStudentConfig;
  if (!randAugment || !augMix) return [];
  const message = 'augMix makes views of its own, of clean ones, but randAugment is given, too';
  return [{ path: ['augMix'], message, hint: 'leave one of them out: randAugment: null in an overlay' }];
}

/** Logits that nothing asks for, or of fewer epochs than the student is to learn for. */
function checkLogits(config: JsonObject, promised: OutputFacts): readonly ConfigIssue[] {
  const { epochs, augMix } = config as unknown as TrainStudentConfig;
  const logits = promised['logits'] as LogitsFacts | undefined;
  if (logits && augMix) {
    const message = 'augMix compares the network\'s own answers, but its input "logits" brings a teacher\'s';
    return [{ path: ['augMix'], message, hint: 'leave the input or augMix out' }];
  }
  if (!logits || logits.epochs >= epochs) return [];
  return [
    {
      path: ['epochs'],
      message: `the teacher's logits cover ${logits.epochs} of ${epochs} epochs`,
      hint: 'give the stage that caches logits the same epochs',
    },
  ];
}
