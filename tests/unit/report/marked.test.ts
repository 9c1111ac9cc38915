import { crc32, deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePng, grid } from '../../../src/data/pictures/grid.ts';
import { ForeignFigures } from '../../../src/report/drawing/foreign-figures.ts';
import { csvFile } from '../../../src/report/marked/csv-file.ts';
import { pictureFile } from '../../../src/report/marked/picture-file.ts';
import { markedFigures } from '../../../src/report/marked/written-files.ts';
import { makeReport, type Report, type ReportSource, tableFiles } from '../../../src/report/report.ts';
import { elements, source, stage, written } from '../../support/report-source.ts';

const points = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { values: [{ a: 1 }, { a: 2 }] },
  mark: 'point',
  encoding: { x: { field: 'a', type: 'quantitative' } },
};

const square = await encodePng(grid([new Uint8Array(12).fill(9)], { side: 2, scale: 1, columns: 1 }));

/** A source in which a stage marks files with this content; some may be in a folder. */
function marking(contents: Readonly<Record<string, string | Uint8Array>>, id = 'draw'): ReportSource {
  const files = Object.keys(contents);
  const bytesOf = (name: string) => ({ bytes: Buffer.from(contents[name]! as string, 'latin1') });
  const outputs = Object.fromEntries(files.map((file) => [file, { digest: '', bytes: 9, directory: false }]));
  const own = stage(id, { outputs, files: Object.fromEntries(files.map((file) => [file, file])), report: files });
  return source([own], { output: async (_, name) => bytesOf(name) });
}

/** The marked figures of a report as files. */
async function* drawnFiles({ marked }: Report, given: ReportSource) {
  const figures = new ForeignFigures();
  yield* markedFigures(marked, given, figures);
  figures.close();
}

const pictures = /<img class="picture"[^>]*src="data:image\/(?:png|jpeg|svg\+xml);base64/gu;

/** A PNG with a header of this size, and the data of another. @param kind bit depth, colour type and interlacing. */
function png(width: number, height: number, raw: Uint8Array, [depth, colour, interlace] = [8, 2, 0]): Buffer {
  const chunk = (name: string, data: Uint8Array) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth!, colour!, 0, 0, interlace!], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('marked outputs', () => {
  test('pictures, tables and figures are shown, and of all others the reason', async () => {
    const given = marking({
      'plot.png': square,
      'table.csv': 'name,value\n"<b>x</b>",1\n',
      'figure.vl.json': JSON.stringify(points),
      'outside.vl.json': JSON.stringify({ ...points, data: { url: 'file:///etc/passwd' } }),
      'broken.vl.json': '{',
      'fake.png': 'no picture',
    });
    const { html } = await makeReport(given);
    expect(html.match(pictures)).toHaveLength(2);
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;');
    for (const words of [
      'fake.png of draw is not shown. It is not a picture',
      'broken.vl.json of draw is not shown. It is not JSON: ',
      'outside.vl.json of draw is not shown. It loads file:///etc/passwd',
    ])
      expect(html).toContain(words);
    elements(html);
  });

  test('of a folder: its pictures and tables; with an index, what each picture shows and is taken for', async () => {
    const cells = [
      { label: 'cat', caption: '<i>Invert</i>', answers: { student: { class: 'cat', share: 0.75 } } },
      { label: 'dog', answers: { student: { class: '<b>frog</b>', share: 0.5 } } },
    ];
    const form = { side: 2, scale: 3, columns: 2 };
    const picture = await encodePng(grid([new Uint8Array(12), new Uint8Array(12).fill(255)], form));
    const index = Buffer.from(JSON.stringify([{ file: 'a.png', title: 'Views <1>', ...form, cells }]));
    const folders: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
      sheets: { 'a.png': picture, 'index.json': index },
      // Decoding it would need all memory.
      huge: { 'a.png': png(100_000, 100_000, new Uint8Array(9)), 'index.json': index },
      plots: { 'b/one.png': picture, 'table.csv': Buffer.from('x\n1\n'), 'notes.txt': Buffer.from('no') },
      broken: { 'index.json': Buffer.from('[]'), 'fake.png': Buffer.from('no picture') },
      empty: { 'notes.txt': Buffer.from('no') },
    };
    const names = Object.keys(folders);
    const drawing = stage('draw', {
      outputs: Object.fromEntries(names.map((name) => [name, { digest: '', bytes: 9, directory: true }])),
      files: Object.fromEntries(names.map((name) => [name, name])),
      report: names,
    });
    const folder: ReportSource['folder'] = async (_, name) => ({
      files: Object.keys(folders[name]!),
      read: async (file) => {
        const bytes = folders[name]![file];
        return bytes ? { bytes } : { problem: 'It is gone.' };
      },
    });
    const given = source([drawing], { folder });
    const report = await makeReport(given);
    const text = report.html;
    elements(text);
    expect(text.match(/<img src="data:image\/png[^>]*width="96" height="96" alt="(?:cat, &lt;i|dog)/gu)).toHaveLength(
      2,
    );
    for (const words of [
      'Views &lt;1&gt;',
      'Of these 2 pictures, student gets 1 right.',
      '&lt;b&gt;frog&lt;/b&gt;</span> 50',
      'one.png in plots of draw',
      'table.csv in plots of draw',
      'a.png in huge of draw is not shown. It has 100,000 × 100,000 pixels; a report shows at most 50 million.',
      'fake.png in broken of draw is not shown. It is not a picture',
      'empty of draw is not shown. It has no picture',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('notes.txt');
    const { files, problems } = await written(drawnFiles(report, given));
    expect([...files.keys()].filter((name) => name.startsWith('draw.'))).toEqual([
      'draw.sheets.a.png',
      expect.stringMatching(/^draw\.plots\.b_one-[0-9a-f]{16}\.png$/u),
    ]);
    expect(problems).toHaveLength(2);
  });

  test('are written as files: figures drawn, pictures and tables as they are, each under a name of its own', async () => {
    const given = marking(
      {
        'plot.png': square,
        'table.csv': 'name,value\r\nx,1\r\n',
        'bad.csv': 'a,b\n1\n',
        'figure.vl.json': JSON.stringify(points),
        'drawing.svg':
          '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="4" height="4"/></svg>',
        'gone.png': 'x',
      },
      'draw{path=../../x}',
    );
    const report = await makeReport(given);
    const figures = await written(drawnFiles(report, given));
    const tables = await written(tableFiles(report, given));
    const own = (files: ReadonlyMap<string, string>) => [...files.keys()].filter((name) => name.startsWith('draw'));
    for (const name of [...own(figures.files), ...own(tables.files)])
      expect(name).toMatch(/^draw\{path=\.\._\.\._x\}\.[\w.]+-[0-9a-f]{16}\.(?:svg|png|csv|md|tex)$/u);
    const kinds = own(figures.files).map((name) => name.replace(/-[0-9a-f]{16}/u, '').replace(/^.*\}\./u, ''));
    expect(kinds.sort()).toEqual(['drawing.png', 'drawing.svg', 'figure.png', 'figure.svg', 'plot.png']);
    expect(figures.files.get(own(figures.files).find((name) => name.includes('plot'))!)).toBe(
      Buffer.from(square).toString('latin1'),
    );
    expect(figures.problems).toEqual([
      expect.stringContaining('gone.png of draw{path=../../x} is not written. It is not'),
    ]);
    expect(tables.files.get(own(tables.files).find((name) => name.endsWith('.csv'))!)).toBe('name,value\r\nx,1\r\n');
    expect(tables.problems).toEqual([
      'bad.csv of draw{path=../../x} is not written. It is not a table: its first line has 2 values, and row 1 has 1 value.',
    ]);
  });

  test('more than a page shows are all written', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `t${at}.csv`);
    const given = marking(Object.fromEntries(names.map((name, at) => [name, `a\n${at}\n`])));
    const report = await makeReport(given);
    expect(report.html).toContain(
      'The first 24 marked files are shown; --figures and --tables write the others (6), too.',
    );
    const { files } = await written(tableFiles(report, given));
    for (const at of names.keys()) expect(files.get(`draw.t${at}.csv`)).toBe(`a\n${at}\n`);
  });
});

describe('a figure of somebody else never takes the report down', () => {
  let figures: ForeignFigures;

  beforeEach(() => {
    figures = new ForeignFigures({ seconds: 60, megabytes: 64 });
  });
  afterEach(() => figures.close());

  const draw = (spec: unknown) => figures.draw({ kind: 'vega-lite', text: JSON.stringify(spec), png: false });
  const rows = (transform: readonly object[], data: object = { values: [{ a: 1 }] }) => ({
    ...points,
    data,
    transform,
  });
  const many = Array.from({ length: 4000 }, (_, a) => ({ a }));

  test.each([
    ['a sequence', rows([], { sequence: { start: 0, stop: 2e9 } })],
    [
      'flattened lists',
      rows(
        ['a', 'b', 'c', 'd', 'e'].map((as) => ({ flatten: ['l'], as: [as] })),
        { values: [{ l: many }] },
      ),
    ],
    ['a calculated list', rows([{ calculate: 'sequence(1e9)', as: 'b' }])],
    [
      'nested repeats',
      { repeat: { row: many.map(({ a }) => `r${a}`), column: many.map(({ a }) => `c${a}`) }, spec: points },
    ],
    [
      'facets',
      { ...points, data: { values: many }, facet: { row: { field: 'a' }, column: { field: 'a' } }, spec: points },
    ],
  ])('rows without end: %s', async (_, spec) => {
    const answer = await draw(spec);
    expect(answer).toEqual({ problem: expect.stringMatching(/memory|too deeply|longer than/u) });
    expect(await draw(points)).toMatchObject({ svg: expect.stringContaining('<svg') });
  });

  test('one that takes too long is stopped', async () => {
    figures = new ForeignFigures({ seconds: 2, megabytes: 64 });
    const slow = rows([{ filter: `test(regexp('^(a+)+$'), '${'a'.repeat(60)}!')` }]);
    expect(await draw(slow)).toEqual({ problem: 'It takes longer than 2 s, and was stopped.' });
  });

  test.each([
    ['no mark', { data: { values: many } }, 'It is not a Vega-Lite specification: one has a "mark"'],
    [
      'a specification of Vega',
      { $schema: 'https://vega.github.io/schema/vega/v6.json', marks: [] },
      'It is a specification of Vega',
    ],
    ['no object', [1], 'It is not a Vega-Lite specification, which is a JSON object.'],
    ['an unknown expression', rows([{ filter: 'nothing(datum.a)' }]), 'Unrecognized function: nothing.'],
    ['an unknown mark', { ...points, mark: { type: 'cloud', note: 'x'.repeat(3000) } }, ''],
  ])('%s: a sentence, without JSON', async (_, spec, words) => {
    const answer = await draw(spec);
    expect(answer).toEqual({ problem: expect.stringContaining(words) });
    const { problem } = answer as { problem: string };
    expect(problem.length).toBeLessThan(300);
    expect(problem).not.toMatch(/[{[]"/u);
    expect(problem).toMatch(/^[A-Z].*[.…]$/u);
  });

  test('what Vega only warns about is drawn', async () => {
    const odd = {
      ...points,
      encoding: { ...points.encoding, y: { field: 'none', type: 'quantitative', sort: 'sideways' } },
    };
    expect(await draw({ ...odd, width: 'container' })).toMatchObject({ svg: expect.stringContaining('<svg') });
  });

  test('an SVG that is no XML', async () => {
    const answer = await figures.draw({
      kind: 'svg',
      text: '<svg xmlns="http://www.w3.org/2000/svg"><rect',
      png: false,
    });
    expect(answer).toHaveProperty('problem');
  });
});

describe('pictures', () => {
  const raw = new Uint8Array(2 * 7);
  const headless = Buffer.concat([png(2, 2, raw).subarray(0, 8), png(2, 2, raw).subarray(33)]);
  const jpeg = (height: number, width: number, end: string) =>
    Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8]),
      Buffer.from([width & 255, 1, 1, 0x11, 0, 0xff, 0xda, 0, 2, 7, 7]),
      Buffer.from(end, 'latin1'),
    ]);

  test('that are whole', () => {
    expect(pictureFile(square)).toEqual({ media: 'image/png', extension: 'png' });
    expect(pictureFile(png(2, 2, raw))).toEqual({ media: 'image/png', extension: 'png' });
    expect(pictureFile(jpeg(2, 2, '\xff\xd9'))).toEqual({ media: 'image/jpeg', extension: 'jpg' });
    // Of 2 × 2 interlaced pixels, three passes have some: 1 × 1, 1 × 1 and 2 × 1.
    expect(pictureFile(png(2, 2, new Uint8Array(4 + 4 + 7), [8, 2, 1]))).toEqual({
      media: 'image/png',
      extension: 'png',
    });
  });

  test.each([
    ['a PNG of 100,000 x 100,000', png(100_000, 100_000, raw), 'It has 100,000 × 100,000 pixels'],
    ['a PNG without pixels', png(0, 2, raw), 'It is empty: 0 × 2 pixels'],
    ['a PNG with too few', png(2, 3, raw), 'fewer pixels than its size needs'],
    ['a PNG with far too many', png(2, 2, new Uint8Array(200_000)), 'its pixels cannot be read'],
    ['a PNG that is cut', Buffer.from(square).subarray(0, -20), 'the file ends too early'],
    ['a PNG with a wrong byte', Buffer.from(square).fill(7, 17, 18), 'the checksum of its part IHDR is wrong'],
    ['only the signature of a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'the file ends too early'],
    ['an interlaced PNG with too few', png(2, 2, raw, [8, 2, 1]), 'fewer pixels than its size needs'],
    ['a PNG of an unknown colour type', png(2, 2, raw, [8, 5, 0]), 'an unknown kind of pixels'],
    ['a PNG of an unknown bit depth', png(2, 2, raw, [3, 2, 0]), 'an unknown kind of pixels'],
    ['a PNG without a header', headless, 'it has no header'],
    ['a JPEG that is wider than high', jpeg(1000, 65_000, '\xff\xd9'), 'It has 65,000 × 1,000 pixels'],
    ['a JPEG without a size', Buffer.from('\xff\xd8\xff\xda\0\x02\xff\xd9', 'latin1'), 'it has no size'],
    ['a JPEG that is cut in its size', jpeg(2, 2, '').subarray(0, 14), 'the file ends too early'],
    [
      'a JPEG with bytes between its parts',
      Buffer.from('\xff\xd8\xff\xe0\0\x02abcd', 'latin1'),
      'do not follow each other',
    ],
    [
      'a JPEG whose only end is that of a smaller picture in it',
      Buffer.concat([Buffer.from('\xff\xd8\xff\xe1\0\x04\xff\xd9', 'latin1'), jpeg(2, 2, '').subarray(2)]),
      'the file ends too early',
    ],
    ['a huge JPEG', jpeg(60_000, 60_000, '\xff\xd9'), 'It has 60,000 × 60,000 pixels'],
    ['a JPEG that is cut', jpeg(2, 2, ''), 'the file ends too early'],
    ['a GIF', Buffer.from('GIF89a'), 'it begins like a GIF'],
    ['a web page', Buffer.from('<!doctype html>'), 'it begins like HTML'],
  ])('%s', (_, bytes, words) => {
    expect(pictureFile(bytes)).toEqual({ problem: expect.stringContaining(words) });
  });
});

describe('tables', () => {
  const problemOf = (bytes: string | Uint8Array) => csvFile(Buffer.from(bytes as string), 'T');

  test.each([
    ['bytes that are no text', new Uint8Array([0x50, 0xff, 0xfe, 0x0a]), 'it is not UTF-8 text'],
    ['control characters', 'a,b\n1,\0\n', 'line 2 has a character that text does not have'],
    ['rows of different lengths', 'a,b\n1,2\n1,2,3\n', 'its first line has 2 values, and row 2 has 3 values'],
    ['nothing', '', 'It has no rows.'],
    ['a header only', 'a,b\n', 'It has no rows.'],
  ])('%s', (_, bytes, words) => {
    expect(problemOf(bytes)).toEqual({ problem: expect.stringContaining(words) });
  });

  test('blank lines are no rows, and a column of numbers may have gaps', () => {
    const read = csvFile(Buffer.from('n,t\n1,x\n\n ,y\n\n'), 'T');
    expect(read).toMatchObject({ table: { columns: [{ align: 'right' }, {}], rows: [{}, {}] } });
  });

  test('two columns with one name stay two', () => {
    const read = csvFile(Buffer.from('\ufeffx,x\n1,2\n'), 'T');
    expect(read).toMatchObject({
      table: { columns: [{ title: 'x' }, { title: 'x' }], rows: [{ cells: [{ text: '1' }, { text: '2' }] }] },
    });
  });

  test('with 5,000 columns: the page shows some and says so, and the file has all', async () => {
    const line = (word: string) => Array.from({ length: 5000 }, (_, at) => `${word}${at}`).join(',');
    const given = marking({ 'wide.csv': `${line('c')}\n${line('v')}\n` });
    const report = await makeReport(given);
    expect(report.html).toContain('The first 24 of 5,000 columns are shown; --tables writes all of them.');
    expect(report.html.length).toBeLessThan(60_000);
    const { files } = await written(tableFiles(report, given));
    expect(files.get('draw.wide.csv')).toBe(`${line('c')}\n${line('v')}\n`);
  });
});
