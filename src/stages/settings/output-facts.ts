import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue, OutputFacts } from '../../schema/kind.ts';
import { describeNetwork, type NetworkSettings } from './networks.ts';

/** What is known of a dataset before it is loaded. */
export type DatasetFacts = {
  /** So many at most: a folder may hold fewer. */
  readonly trainImages: number;
};

/** What is known of weights before they are trained: whose they are. */
export type WeightsFacts = { readonly network: NetworkSettings };

/** What is known of a teacher's logits before it is asked. */
export type LogitsFacts = { readonly epochs: number };

/** Weights of another network than the stage's own, whose shapes would not fit. @param input that brings them. */
export function checkNetworkOf(
  input: string,
  promised: WeightsFacts | undefined,
  network: NetworkSettings,
): readonly ConfigIssue[] {
  if (!promised || describeNetwork(promised.network) === describeNetwork(network)) return [];
  return [
    {
      path: ['network'],
      message: `its input "${input}" brings weights of ${describeNetwork(promised.network)}, which do not fit ${describeNetwork(network)}`,
      hint: 'give both stages the same network',
    },
  ];
}

/** Rules between a stage's network and its input `weights`. */
export function checkWeightsInput(config: JsonObject, promised: OutputFacts): readonly ConfigIssue[] {
  const { network } = config as unknown as { network: NetworkSettings };
  return checkNetworkOf('weights', promised['weights'] as WeightsFacts | undefined, network);
}
