/** A colour's name and its value in one theme. */
export type Tokens = Readonly<Record<TokenName, string>>;

/**
 * The light theme. Drawings use these values, each of which is unique, so that the page can replace it by a variable. Text has a contrast
 * of at least 4.5 to 1 against its background; larger values contrast more with the paper in every theme.
 */
export const light = {
  paper: '#fdfcfa',
  ink: '#1a1d21',
  muted: '#565c65',
  rule: '#dddbd5',
  faint: '#efede8',
  student: '#0b5cad',
  teacher: '#b4470a',
  control: '#666b72',
  s1: '#e9f0f7',
  s2: '#cfe0f0',
  s3: '#a9c9e4',
  s4: '#7dafd6',
  s5: '#4a8bc0',
  s6: '#216ba6',
  s7: '#0a4a80',
  e1: '#faefe6',
  e2: '#f6ddc9',
  e3: '#efc09c',
  e4: '#e39a66',
  n2: '#e8a574',
  n1: '#f5dcc9',
  low: '#191c20',
  high: '#fffffe',
  ran: '#2b2f35',
  reused: '#a9adb3',
  failed: '#b3211b',
  waiting: '#cfcdc7',
} as const;

export type TokenName = keyof typeof light;

/** The dark theme. */
export const dark: Tokens = {
  paper: '#15171a',
  ink: '#e9eaec',
  muted: '#a7adb6',
  rule: '#363a41',
  faint: '#22252a',
  student: '#6cb2f5',
  teacher: '#f59a5b',
  control: '#a4aab2',
  s1: '#1b2733',
  s2: '#1e3447',
  s3: '#23465f',
  s4: '#2c5f85',
  s5: '#37719e',
  s6: '#74b0dd',
  s7: '#b2d8f5',
  e1: '#2a211b',
  e2: '#42301f',
  e3: '#6b4724',
  e4: '#94591f',
  n2: '#945a20',
  n1: '#4a3626',
  low: '#f1f2f4',
  high: '#101214',
  ran: '#d9dce0',
  reused: '#6f757e',
  failed: '#ff8a80',
  waiting: '#454a52',
};

/** Paper: coloured parts also differ in lightness and shape. */
export const print: Tokens = {
  paper: '#ffffff',
  ink: '#000000',
  muted: '#3d3d3d',
  rule: '#bdbdbd',
  faint: '#eeeeee',
  student: '#003f7d',
  teacher: '#a94f08',
  control: '#6e6e6e',
  s1: '#f1f4f8',
  s2: '#dbe6f0',
  s3: '#bcd2e5',
  s4: '#93b7d6',
  s5: '#5f92bf',
  s6: '#2e6da3',
  s7: '#0a457a',
  e1: '#faf3ee',
  e2: '#f3e2d4',
  e3: '#e6c4a6',
  e4: '#d09a6a',
  n2: '#e0a878',
  n1: '#f3dfcf',
  low: '#000000',
  high: '#ffffff',
  ran: '#222222',
  reused: '#8c8c8c',
  failed: '#9d0000',
  waiting: '#c9c9c9',
};

/** A theme as declarations of CSS variables. */
export function cssVariables(tokens: Tokens): string {
  return Object.entries(tokens)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** Fonts with the same advance widths, so that text measured here fits where it is shown. */
export const fontFamily = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", Arimo, sans-serif';

/** The label of a number on an axis, as the texts write it: Vega would write a large number with all its digits. */
export const axisNumber =
  "(datum.value !== 0 && (abs(datum.value) >= 1e9 || abs(datum.value) < 1e-4) ? replace(replace(format(datum.value, '.12~e'), 'e+', 'e'), /-/g, '−') : datum.label)";

/** How every drawing looks. */
export const drawingConfig = {
  aria: false,
  background: null,
  font: fontFamily,
  padding: 2,
  view: { stroke: null },
  concat: { spacing: 28 },
  axis: {
    labelColor: light.muted,
    titleColor: light.muted,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    gridColor: light.rule,
    gridWidth: 1,
    domain: false,
    ticks: false,
    labelPadding: 6,
    titlePadding: 8,
    labelLimit: 400,
    labelFlush: false,
    titleLimit: 600,
  },
  axisQuantitative: { labelExpr: axisNumber },
  axisY: { titleAngle: 0, titleAlign: 'left', titleAnchor: 'end' },
  title: {
    color: light.ink,
    subtitleColor: light.muted,
    fontSize: 13,
    subtitleFontSize: 12,
    fontWeight: 600,
    anchor: 'start',
    offset: 10,
    frame: 'bounds',
    limit: 700,
  },
  text: { color: light.ink, fontSize: 12 },
  rule: { color: light.muted },
  line: { strokeWidth: 2 },
  point: { size: 62, opacity: 1, filled: true },
} as const;
