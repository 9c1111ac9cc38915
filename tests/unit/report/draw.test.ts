import { expect, test } from 'vitest';
import { draw } from '../../../src/report/drawing/draw.ts';

test('names with control characters are drawn as visible marks, in a file that is XML', async () => {
  const drawing = await draw({
    data: { values: [{ name: '\u001b[31mred\u202e', value: 1 }] },
    mark: 'bar',
    encoding: { x: { field: 'value', type: 'quantitative' }, y: { field: 'name', type: 'nominal' } },
  });
  expect(drawing.svg).toContain('\u241b[31mred\ufffd');
  expect(drawing.svg).not.toMatch(/\p{Cc}(?<!\n)|\p{Bidi_Control}/u);
});
