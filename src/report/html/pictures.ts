import type { Answers } from '../../evaluation/answers.ts';
import { cleanSet } from '../../evaluation/answers.ts';
import { numberWords } from '../results/numbers.ts';
import { type Html, html } from './markup.ts';

/** As many pictures as are looked at one by one. */
const most = 24;

/** An image that a model took for something else. */
export interface Mistake {
  /** Among the test images. */
  readonly image: number;
  readonly label: string;
  readonly taken: string;
  /** How sure the model was, and how much it gave to what the image shows; both in [0, 1]. */
  readonly confidence: number;
  readonly rest: number;
}

/** The clean images that a model is most sure of and wrong about, the surest first; none where it kept no logits. */
export async function surestMistakes(answers: Answers, classes: readonly string[]): Promise<readonly Mistake[]> {
  const logits = await answers.logits(cleanSet);
  if (!logits) return [];
  const { labels } = answers;
  const count = logits.length / labels.length;
  const name = (label: number) => classes[label] ?? String(label);
  const mistakes = [...labels].flatMap((label, image): Mistake[] => {
    const row = [...logits.subarray(image * count, (image + 1) * count)];
    const largest = Math.max(...row);
    const taken = row.indexOf(largest);
    if (taken === label) return [];
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    return [
      {
        image,
        label: name(label),
        taken: name(taken),
        confidence: 1 / sum,
        rest: Math.exp(row[label]! - largest) / sum,
      },
    ];
  });
  return mistakes.sort((a, b) => b.confidence - a.confidence).slice(0, most);
}

/** Mistakes as a list of pictures. @param pictures the image of each mistake, as PNG. */
export function mistakesHtml(mistakes: readonly Mistake[], pictures: readonly Uint8Array[]): Html {
  const items = mistakes.map(({ label, taken, confidence, rest }, at) => {
    const data = `data:image/png;base64,${Buffer.from(pictures[at]!).toString('base64')}`;
    return html`<li><img src="${data}" width="32" height="32" alt="${label}, taken for ${taken}"><b>${label}</b><span class="wrong">${taken} ${numberWords(confidence, 'share', 0)} %</span><br>${label} ${numberWords(rest, 'share', 0)} %</li>`;
  });
  return html`<ul class="pictures">${items}</ul>`;
}
