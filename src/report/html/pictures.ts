import { type Answers, cleanSet } from '../../evaluation/answers.ts';
import type { Said } from '../../evaluation/picture-sheets.ts';
import { softmax } from '../../evaluation/scores.ts';
import { type Html, html } from './markup.ts';
import { pictureHtml, saidHtml } from './sheets.ts';

/** Pixels of a test image's side. */
const imageSide = 32;

/** As many pictures as people look at one by one. */
const most = 24;

/** An image that a model classified wrongly. */
export interface Mistake {
  /** Its index among the test images. */
  readonly image: number;
  readonly label: string;
  /** The predicted class. */
  readonly said: Said;
}

/** The clean images with a wrong answer of which a model is most confident, the most confident first; none if it kept no logits. */
export async function surestMistakes(answers: Answers, classes: readonly string[]): Promise<readonly Mistake[]> {
  const said = await saidOf(answers, classes);
  const mistakes = said.flatMap((each, image): Mistake[] => {
    const label = nameOf(answers.labels[image]!, classes);
    return each.class === label ? [] : [{ image, label, said: each }];
  });
  return mistakes.sort((a, b) => b.said.share - a.said.share).slice(0, most);
}

/** The answers of a model for each clean image; empty if it kept no logits. */
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
 * Mistakes as a list of pictures. @param pictures the image of each mistake, as PNG. @param teacher its name, and its answer for each test
 * image.
 */
export function mistakesHtml(
  mistakes: readonly Mistake[],
  pictures: readonly Uint8Array[],
  name: string,
  teacher: { readonly name: string; readonly said: readonly Said[] } | undefined,
): Html {
  const items = mistakes.map(({ image, label, said }, at) => {
    const other = teacher?.said[image];
    return html`<li>${pictureHtml(pictures[at]!, imageSide, `${label}, classified as ${said.class}`)}<b>${label}</b>${saidHtml(said, label, name, 'student')}${teacher && other && saidHtml(other, label, teacher.name, 'teacher')}</li>`;
  });
  return html`<ul class="pictures">${items}</ul>`;
}
