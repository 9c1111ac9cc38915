import { shown } from '../../problem/shown.ts';

/** Text that is HTML already: the result of `html`, which it inserts unchanged. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may contain: text, which is escaped; HTML, which is not; lists of these; nothing. */
export type TemplatePart = string | number | Html | undefined | false | readonly TemplatePart[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML (or SVG) in which every value is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly TemplatePart[]): Html {
  return new Html(strings.reduce((text, string, at) => `${text}${markup(parts[at - 1])}${string}`));
}

function markup(part: TemplatePart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') {
    return shown(String(part)).replaceAll(/[&<>"']/gu, (character) => entities[character]!);
  }
  return part.map(markup).join('');
}
