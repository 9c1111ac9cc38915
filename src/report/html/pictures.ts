import { type Answers, cleanSet } from '../../evaluation/answers.ts';
import type { Said } from '../../evaluation/picture-sheets.ts';
import { softmax } from '../../evaluation/scores.ts';
import { type Html, html } from './markup.ts';
import { pictureHtml, saidHtml } from './sheets.ts';

/** Pixels of a test image's side. */
const imageSide = 32;

/** As many pictures as are looked at one by one. */
const most = 24;

/** An image that a model took for something else. */
export interface Mistake {
  /** Among the test images. */
  readonly image: number;
  readonly label: string;
  /** What it was taken for. */
  readonly said: Said;
}

/** The clean images that a model is most sure of and wrong about, the surest first; none if it kept no logits. */
export async function surestMistakes(answers: Answers, classes: readonly string[]): Promise<readonly Mistake[]> {
  const said = await saidOf(answers, classes);
  const mistakes = said.flatMap((each, image): Mistake[] => {
    const label = nameOf(answers.labels[image]!, classes);
    return each.class === label ? [] : [{ image, label, said: each }];
  });
  return mistakes.sort((a, b) => b.said.share - a.said.share).slice(0, most);
}

/** What a model says of each clean image; empty where it kept no logits. */
export async function saidOf(answers: Answers, classes: readonly string[]): Promise<readonly Said[]> {
  const logits = await answers.logits(cleanSet);
  if (!logits) return [];
  const count = logits.length / answers.labels.length;
  return Array.from(answers.labels, (_, image) => {
    const shares = softmax(logits.subarray(image * count, (image + 1) * count));
    const at = shares.indexOf(Math.max(...shares));
    return { class: nameOf(at, classes), share: shares[at]! };
  });
}

function nameOf(label: number, classes: readonly string[]): string {
  return classes[label] ?? String(label);
}

/**
 * Mistakes as a list of pictures. @param pictures the image of each mistake, as PNG. @param teacher its name, and what it says of each
 * test image.
 */
export function mistakesHtml(
  mistakes: readonly Mistake[],
  pictures: readonly Uint8Array[],
  name: string,
  teacher: { readonly name: string; readonly said: readonly Said[] } | undefined,
): Html {
  const items = mistakes.map(({ image, label, said }, at) => {
    const other = teacher?.said[image];
    return html`<li>${pictureHtml(pictures[at]!, imageSide, `${label}, taken for ${said.class}`)}<b>${label}</b>${saidHtml(said, label, name, 'student')}${teacher && other && saidHtml(other, label, teacher.name, 'teacher')}</li>`;
  });
  return html`<ul class="pictures">${items}</ul>`;
}
