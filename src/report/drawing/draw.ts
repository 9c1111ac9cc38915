import { type Loader, parse, textMetrics, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { shownData } from '../../problem/shown.ts';
import { textWidth } from './text-width.ts';
import { drawingConfig, light } from './theme.ts';

/** A specification of Vega-Lite. */
export type Spec = Readonly<Record<string, unknown>>;

/** A drawing in the light theme: a whole SVG file. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

declare module 'vega' {
  // Missing in its types.
  export const textMetrics: { width: (item: TextItem, text?: unknown) => number };
}

type Logger = {
  readonly [Name in 'level' | 'error' | 'warn' | 'info' | 'debug']: (...words: readonly unknown[]) => Logger;
};

interface TextItem {
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly fontWeight?: unknown;
}

// Without a canvas, Vega estimates .8 em for every letter: margins become too large and labels are cut.
textMetrics.width = (item, text) => {
  const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
  return textWidth(String(text ?? item.text ?? ''), item.fontSize ?? 11, bold);
};

/** A drawing only shows the data it was given: it reads no file, and nothing from the network. */
const loaderOf = (refuse: (uri: string) => void) => {
  const none = async (uri: string) => {
    refuse(uri);
    return '';
  };
  return { load: none, sanitize: async () => ({ href: '' }), http: none, file: none } as object as Loader;
};

/** The name of every part of a specification. Vega-Lite treats parts with the same name as one, and silently uses the data of another. */
function* namesIn(spec: unknown): Generator<string> {
  if (Array.isArray(spec)) for (const part of spec) yield* namesIn(part);
  if (typeof spec !== 'object' || spec === null) return;
  const { name, layer, concat, hconcat, vconcat } = spec as Readonly<Record<string, unknown>>;
  if (typeof name === 'string') yield name;
  for (const parts of [layer, concat, hconcat, vconcat]) yield* namesIn(parts);
}

/**
 * Draws a specification, in its natural size. @param warnings whether what Vega-Lite and Vega warn about is an error: only in our own figures.
 * @throws Error if Vega-Lite or Vega rejects it.
 */
export async function draw(
  given: Spec,
  { warnings }: { readonly warnings: 'errors' | 'ignored' } = { warnings: 'errors' },
): Promise<Drawing> {
  // Names from outside reach charts, too; XML cannot contain control characters at all.
  const spec = shownData(given);
  const problems: string[] = [];
  const names = [...namesIn(spec)];
  if (new Set(names).size < names.length) throw new Error(`two parts of a drawing have one name: ${names.join(', ')}`);
  const note = (...words: readonly unknown[]): Logger => {
    problems.push(words.join(' '));
    return logger;
  };
  const ignore = () => logger;
  const warn = warnings === 'errors' ? note : ignore;
  const logger: Logger = { level: ignore, error: note, warn, info: ignore, debug: ignore };
  const noLoader = loaderOf((uri) =>
    problems.push(`It loads ${uri}, but a drawing has only the data in it ("values").`),
  );
  const compiled = compile({ ...drawingConfigOf(spec), ...spec } as object as TopLevelSpec, {
    logger: logger as never,
  });
  const view = new View(parse(compiled.spec), { renderer: 'none', loader: noLoader, logger: logger as never });
  try {
    const svg = await view.toSVG();
    if (problems.length > 0) throw new Error(problems.join('; '));
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/u.exec(svg) ?? [];
    return { svg, width: Number(width), height: Number(height) };
  } finally {
    view.finalize();
  }
}

function drawingConfigOf({ config }: Spec): Spec {
  return config === undefined ? { config: drawingConfig } : {};
}

const tokenOf: ReadonlyMap<string, string> = new Map(Object.entries(light).map(([name, value]) => [value, name]));

/**
 * A drawing as part of a page: its colours are variables of the page, so that it follows light, dark and print, and its ids are unique.
 * @param label a description for people who cannot see it. @throws Error if a colour is not in a theme.
 */
export function themed(
  { svg, width, height }: Drawing,
  { id, label, className }: { id: string; label: string; className: string },
): string {
  const inner = svg
    .slice(svg.indexOf('>') + 1)
    .replaceAll(/(fill|stroke)="(#[0-9a-f]{3,8})"/giu, (_, attribute: string, colour: string) => {
      const token = tokenOf.get(colour.toLowerCase());
      if (token === undefined) throw new Error(`${id} has the colour ${colour}, which no theme has`);
      return `${attribute}="var(--${token})"`;
    })
    .replaceAll(/ (?:font-family|role|aria-roledescription|aria-hidden|aria-label)="[^"]*"/gu, '')
    .replaceAll(/ font-size="12px"/gu, '')
    .replaceAll(/ fill="transparent"/gu, ' fill="none"')
    .replaceAll(/(id="|url\(#)(clip|gradient)/gu, `$1${id}-$2`)
    // Only positions: numbers that people read stay unchanged.
    .replaceAll(/<[^>]*>/gu, (tag) => tag.replaceAll(/(\d+\.\d{2})\d+/gu, '$1'))
    .replaceAll(/ (?:stroke-miterlimit="10"|stroke-width="0")/gu, '');
  const name = label.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<svg class="${className}" role="img" aria-label="${name}" viewBox="0 0 ${width} ${height}" style="max-width:${Math.round(width)}px">${inner}`;
}
