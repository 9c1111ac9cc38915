import type { Json } from '../../json/json.ts';
import type { Model } from './experiment.ts';

/** The last part of a path: `temperature` of `params.temperature`. */
export function pathWord(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** A swept value as text. */
export function valueWord(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `temperature 4`, or the name of the model if nothing is swept. */
export function variantWords({ setting, name }: Pick<Model, 'setting' | 'name'>): string {
  const entries = Object.entries(setting);
  return entries.length === 0
    ? name
    : entries.map(([path, value]) => `${pathWord(path)} ${valueWord(value)}`).join(', ');
}

/** `seeds`, or `values of fold`. */
export function repetitionWord({ over }: { readonly over: string | undefined }): string {
  if (over === undefined) return 'measurements';
  const word = pathWord(over);
  return /seed$/iu.test(word) ? 'seeds' : `values of ${word}`;
}

/** `2, 4 and 8`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** More names are not read. */
const mostNamed = 5;

/** `2, 4 and 3 more`: the first few names. */
export function listOfFew(words: readonly string[], most = mostNamed): string {
  return words.length > most ? list([...words.slice(0, most), `${words.length - most} more`]) : list(words);
}

/** With a capital letter. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
