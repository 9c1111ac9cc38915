import regular from '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf';
import bold from '@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import renderer from '@resvg/resvg-wasm/index_bg.wasm';
import type { Drawing } from './draw.ts';

/** Pixels of a picture per pixel of its drawing: enough for print. */
const scale = 3;

let ready: Promise<void> | undefined;

/** A drawing as a PNG on white, with a bundled font: the same picture on every machine. */
export async function pngOf({ svg }: Pick<Drawing, 'svg'>): Promise<Uint8Array> {
  ready ??= initWasm(renderer);
  await ready;
  const picture = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: scale },
    font: {
      fontBuffers: [regular, bold],
      defaultFontFamily: 'Arimo',
      sansSerifFamily: 'Arimo',
      loadSystemFonts: false,
    },
  });
  const rendered = picture.render();
  try {
    return rendered.asPng();
  } finally {
    rendered.free();
    picture.free();
  }
}
