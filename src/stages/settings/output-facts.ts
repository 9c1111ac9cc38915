import { isJsonObject, type Json } from '../../json/json.ts';
import type { ConfigIssue, OutputFacts } from '../../schema/kind.ts';
import { describeNetwork, isNetworkSettings, type NetworkSettings } from './networks.ts';

/** What a stage that makes a dataset promises: at most this many images, because a folder may contain fewer. */
export function datasetFacts(trainImages: number): Facts {
  return { trainImages };
}

/** How many training images the earlier stage promises; undefined if it promises nothing. */
export function trainImagesOf(facts: OutputFacts, input: string): number | undefined {
  return numberIn(facts[input]?.['trainImages']);
}

/** What a stage that makes weights promises: for which network they are. */
export function weightsFacts(network: NetworkSettings): Facts {
  return { network: { ...network } };
}

/** What a stage that runs a teacher promises about its logits: for how many epochs they are. */
export function logitsFacts(epochs: number): Facts {
  return { epochs };
}

/** For how many epochs the logits of an input are; undefined if the earlier stage promises nothing. */
export function epochsOf(facts: OutputFacts, input: string): number | undefined {
  return numberIn(facts[input]?.['epochs']);
}

/** Weights of another network than the stage's own, whose shapes would not fit. @param input that provides them. */
export function checkNetworkOf(facts: OutputFacts, input: string, network: NetworkSettings): readonly ConfigIssue[] {
  const brought = facts[input]?.['network'];
  if (!isJsonObject(brought) || !isNetworkSettings(brought)) return [];
  if (describeNetwork(brought) === describeNetwork(network)) return [];
  return [
    {
      path: ['network'],
      message: `its input "${input}" provides weights of ${describeNetwork(brought)}, which do not fit ${describeNetwork(network)}`,
      hint: 'give both stages the same network',
    },
  ];
}

type Facts = OutputFacts[string];

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
