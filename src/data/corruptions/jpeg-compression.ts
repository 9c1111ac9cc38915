import { type BySeverity, type Corruption, side } from './corruption.ts';
import { toRgb, toYCbCr } from './jpeg/colour.ts';
import { doubled, halved, requantised } from './jpeg/plane.ts';
import { type QuantisationTables, quantisationTables } from './jpeg/quantisation.ts';

const tables: BySeverity<QuantisationTables> = {
  1: quantisationTables(80),
  2: quantisationTables(65),
  3: quantisationTables(58),
  4: quantisationTables(50),
  5: quantisationTables(40),
};

/**
 * Stores the image as JPEG and reads it back, with the defaults of Pillow and libjpeg-turbo: colour at half the resolution. Only the lossy
 * steps are computed: entropy coding returns the same coefficients, so no file is written.
 */
export const jpegCompression: Corruption = (image, severity) => {
  const { luminance, chrominance } = tables[severity];
  const { y, cb, cr } = toYCbCr(image, side);
  return toRgb({
    y: requantised(y, luminance),
    cb: doubled(requantised(halved(cb), chrominance)),
    cr: doubled(requantised(halved(cr), chrominance)),
  });
};
