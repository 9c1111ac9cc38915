/** The text of the first element of a name, as it stands; undefined if there is none. S3's documents nest no element in itself. */
export function elementOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name).next().value;
}

/** The content of each element of a name. */
export function* elementsOf(xml: string, name: string): Generator<string, undefined> {
  for (const [, content = ''] of xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gsu'))) yield content;
}
