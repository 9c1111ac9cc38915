/** The magnitude at which every operation is at its strongest. */
const mostMagnitude = 10;
/** Pixels of translation and half-size of the cutout box at that magnitude: the Model Garden's defaults. */
const mostTranslation = 100;
const mostCutout = 40;

/** The argument of each operation, computed in float64 as the Model Garden's Python does. */
export interface Levels {
  /** Degrees. */
  readonly rotation: number;
  /** Pixels of shift per pixel. */
  readonly shear: number;
  /** Pixels. */
  readonly translation: number;
  /** Half the side of the box, pixels. */
  readonly cutout: number;
  /** Factor of colour, contrast, brightness and sharpness: 1 leaves an image as it is. */
  readonly enhancement: number;
  /** Bits that are kept. */
  readonly posterizeBits: number;
  readonly solarizeThreshold: number;
  readonly solarizeAddition: number;
}

/** Levels of a magnitude (TensorFlow Model Garden, augment.py, `level_to_arg`). @param magnitude 0 to 10. */
export function levelsAt(magnitude: number): Levels {
  const strength = magnitude / mostMagnitude;
  return {
    rotation: strength * 30,
    shear: strength * 0.3,
    translation: strength * mostTranslation,
    cutout: Math.trunc(strength * mostCutout),
    enhancement: strength * 1.8 + 0.1,
    posterizeBits: Math.trunc(strength * 4),
    solarizeThreshold: Math.trunc(strength * 256),
    solarizeAddition: Math.trunc(strength * 110),
  };
}
