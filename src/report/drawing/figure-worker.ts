// Draws figures that stages made, in a process of its own: such a figure may need any amount of memory and time, and takes only this process
// down. `foreign-figures.ts` starts it, with limits.
import { isJsonObject, type Json } from '../../json/json.ts';
import { type Drawing, draw, type Spec } from './draw.ts';
import { pngOf } from './png.ts';
import { drawingConfig } from './theme.ts';
import { drawingWords } from './vega-words.ts';

/** A figure to draw. */
export interface FigureTask {
  readonly kind: 'vega-lite' | 'svg';
  /** The content of its file. */
  readonly text: string;
  /** Whether a PNG is wanted, too. */
  readonly png: boolean;
}

/** A drawn figure, or a sentence on why there is none. */
export type FigureAnswer =
  | { readonly svg: string; readonly png: Uint8Array | undefined }
  | { readonly problem: string };

/** In our own figures, titles of vertical axes are elsewhere. */
const config = { ...drawingConfig, axisY: {} };

/** Larger pictures cannot be rendered at three times their size. */
const longestSide = 4000;

process.on('message', async (task: FigureTask) => process.send!(await answer(task)));
process.on('disconnect', () => process.exit());

async function answer({ kind, text, png }: FigureTask): Promise<FigureAnswer> {
  try {
    const drawing = kind === 'svg' ? { svg: text } : await drawn(text);
    if ('problem' in drawing) return drawing;
    const isSmall = !('width' in drawing) || Math.max(drawing.width, drawing.height) <= longestSide;
    // An SVG is rendered in any case: this finds what is wrong with it.
    const rendered = (png || kind === 'svg') && isSmall ? await pngOf(drawing) : undefined;
    return { svg: drawing.svg, png: png ? rendered : undefined };
  } catch (error) {
    return { problem: drawingWords(error) };
  }
}

/** On white paper, because its colours do not follow the page. */
async function drawn(text: string): Promise<Drawing | { readonly problem: string }> {
  const spec = JSON.parse(text) as Json;
  if (!isJsonObject(spec)) return { problem: 'It is not a Vega-Lite specification, which is a JSON object.' };
  const { $schema } = spec;
  if (typeof $schema === 'string' && /\/schema\/vega\//u.test($schema))
    return { problem: 'It is a specification of Vega; only Vega-Lite is drawn.' };
  const sized = 'hconcat' in spec || 'vconcat' in spec || 'concat' in spec || 'facet' in spec || 'repeat' in spec;
  return draw(
    { config, background: '#ffffff', ...(!sized && { width: 600 }), ...(spec as Spec) },
    { warnings: 'ignored' },
  );
}
