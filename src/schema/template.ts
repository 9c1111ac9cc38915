/** A piece of a text: as it stands, or `${…}` to be replaced. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `opening` counts every `${` of the text from 0, escaped ones too. */
  | { readonly kind: 'reference'; readonly name: string; readonly closed: boolean; readonly opening: number };

/** Cuts a text at its `${…}`; `$${` stands for the characters `${`. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let opening = 0;
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('$${', at)) {
      plain += '${';
      opening += 1;
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = text.indexOf('}', at);
      if (plain !== '') pieces.push({ kind: 'text', text: plain });
      plain = '';
      pieces.push({
        kind: 'reference',
        name: text.slice(at + 2, end < 0 ? text.length : end).trim(),
        closed: end >= 0,
        opening,
      });
      opening += 1;
      at = end < 0 ? text.length : end + 1;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain !== '' || pieces.length === 0) pieces.push({ kind: 'text', text: plain });
  return pieces;
}
