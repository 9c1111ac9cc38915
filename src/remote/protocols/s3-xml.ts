/**
 * The text of the first element with a name, unescaped; undefined if there is none. In S3's documents, no element contains another of the
 * same name.
 */
export function elementOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name).next().value;
}

/** The content of each element with a name. */
export function* elementsOf(xml: string, name: string): Generator<string, undefined> {
  for (const [, content = ''] of xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gsu'))) yield content;
}
