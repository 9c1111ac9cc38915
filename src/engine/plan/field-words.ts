/** The parts of key material and of provenance that users do not write themselves, by the beginning of a field. */
const words: readonly (readonly [beginning: RegExp, words: string])[] = [
  [/^facts\.files\./u, 'file '],
  [/^facts\.environment\./u, 'variable '],
  [/^facts\./u, 'its '],
  [/^config\./u, 'with.'],
  [/^inputs?\./u, 'input '],
  [/^definition /u, 'stage kind '],
  [/^version$/u, 'version of the stage kind'],
  [/^format$/u, 'format of the key'],
  [/^origin\./u, 'code '],
  [/^ranOn\./u, 'machine '],
];

/** A field of key material or of provenance in the words of users: `file data/train.csv` for `facts.files.data/train.csv`. */
export function fieldWords(field: string): string {
  const found = words.find(([beginning]) => beginning.test(field));
  return found ? field.replace(...found) : field;
}
