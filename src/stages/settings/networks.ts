import { classes } from '../../data/cifar10/dataset.ts';
import type { JsonObject } from '../../json/json.ts';
import type { Network } from '../../nn/networks/network.ts';
import { resnet } from '../../nn/networks/resnet.ts';
import { resnet50v2 } from '../../nn/networks/resnet50v2.ts';
import { wideResnet } from '../../nn/networks/wide-resnet.ts';
import type { JsonSchema } from '../../schema/kind.ts';
import { typed, type ValueOf } from '../../schema/value-of.ts';

/** What every network gets in addition to its own settings: the size of its images, and the number of classes. */
interface Common {
  readonly imageSize: number;
  readonly classes: number;
}

/** A network that pipelines can name. */
interface NetworkEntry<Settings> {
  readonly description: string;
  /** JSON Schemas of its own settings; all of them are required. */
  readonly settings: Readonly<Record<string, JsonSchema>>;
  build(settings: Settings & Common): Network;
}

/** Checks `build` against the settings that it is given. */
function entry<const Properties extends Readonly<Record<string, JsonSchema>>>(
  description: string,
  settings: Properties,
  build: NetworkEntry<{ readonly [Name in keyof Properties]: ValueOf<Properties[Name]> }>['build'],
) {
  return { description, settings, build };
}

/** Every network, by the `kind` that names it in a pipeline. */
const networks = {
  resnet50v2: entry('ResNet50V2 as in Keras.', {}, resnet50v2),
  resnet: entry(
    'A small pre-activation ResNet with the given channels.',
    {
      channels: {
        type: 'array',
        items: { type: 'integer', minimum: 1, maximum: 4096 },
        minItems: 1,
        maxItems: 64,
        description:
          'Channels of the first convolution, then of each block, such as [16, 16, 32, 64]; where they grow, the image size is halved.',
      },
    },
    resnet,
  ),
  'wide-resnet': entry(
    'A wide ResNet, WRN-depth-width, without dropout. AugMix was published with depth 40 and width 2.',
    {
      depth: {
        type: 'integer',
        enum: [10, 16, 22, 28, 34, 40],
        description: 'Number of layers with weights: 6 for each block in a group.',
      },
      width: {
        type: 'integer',
        minimum: 1,
        maximum: 16,
        description: 'Factor of the base widths 16, 32 and 64.',
      },
    },
    wideResnet,
  ),
};

type Networks = typeof networks;

/** What `network` may be, by its kind. */
type SettingsByKind = {
  readonly [Kind in keyof Networks]: { readonly kind: Kind; readonly imageSize: number } & OwnSettings<Networks[Kind]>;
};

type OwnSettings<Named> = Named extends { readonly settings: infer Properties }
  ? { readonly [Name in keyof Properties]: ValueOf<Properties[Name]> }
  : never;

/** The setting `network` of a stage: which network, for images of which size, and that network's own settings. */
export type NetworkSettings = SettingsByKind[keyof Networks];

/** Which network: `network` of every stage that builds one. */
export const networkSchema = typed<NetworkSettings>({
  type: 'object',
  description: `The network: ${Object.keys(networks).join(' or ')}.`,
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: Object.entries(networks).map(([kind, { description, settings }]) => ({
    type: 'object',
    description,
    additionalProperties: false,
    required: ['imageSize', ...Object.keys(settings)],
    properties: {
      kind: { const: kind, description },
      imageSize: { type: 'integer', minimum: 8, maximum: 512, description: 'Side of the square input, in pixels.' },
      ...settings,
    },
  })),
});

/** The network that settings describe. */
export function buildNetwork(settings: NetworkSettings): Network {
  return build(settings, networks);
}

function build<Kind extends keyof SettingsByKind>(
  settings: SettingsByKind[Kind],
  known: { readonly [Each in Kind]: Pick<NetworkEntry<SettingsByKind[Each]>, 'build'> },
): Network {
  const common: Common = { imageSize: settings.imageSize, classes };
  return known[settings.kind].build({ ...settings, ...common });
}

/** Whether JSON contains the settings of a known network. */
export function isNetworkSettings(json: JsonObject): json is NetworkSettings & JsonObject {
  return typeof json['kind'] === 'string' && Object.hasOwn(networks, json['kind']) && 'imageSize' in json;
}

/** A description of a network; the size of its images changes no weight. */
export function describeNetwork({ kind, imageSize: _, ...settings }: NetworkSettings): string {
  const own = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value).replaceAll(',', ', ')}`);
  return own.length > 0 ? `${kind} with ${own.join(', ')}` : kind;
}
