/** The example tables of the JPEG standard (ITU-T T.81, K.1 and K.2), row by row; frequencies increase to the right and downward. */
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const chrominance = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
];

/** The steps to which the 64 coefficients of a block are rounded, for brightness and for colour. */
export interface QuantisationTables {
  readonly luminance: Int32Array;
  readonly chrominance: Int32Array;
}

/** The tables of a quality of 1 to 100 on the scale of the Independent JPEG Group. */
export function quantisationTables(quality: number): QuantisationTables {
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - 2 * quality;
  const scaled = (table: readonly number[]) =>
    Int32Array.from(table, (step) => Math.min(Math.max(Math.trunc((step * percent + 50) / 100), 1), 255));
  return { luminance: scaled(luminance), chrominance: scaled(chrominance) };
}
