/** The magnitude of the strongest operations. */
const mostMagnitude = 10;

/** The strength of the operations. */
export interface Strength {
  /** 0 to 10. */
  readonly magnitude: number;
  /** Pixels of translation at magnitude 10; the Model Garden's default is 100. */
  readonly translate: number;
  /** Half the side of the cutout box at magnitude 10, in pixels; the Model Garden's default is 40. */
  readonly cutout: number;
}

/** The argument of each operation, computed in float64 like the Model Garden's Python. */
export interface Levels {
  /** Degrees. */
  readonly rotation: number;
  /** Pixels of shift per pixel. */
  readonly shear: number;
  /** Pixels. */
  readonly translation: number;
  /** Half the side of the box, pixels. */
  readonly cutout: number;
  /** Factor of colour, contrast, brightness and sharpness: 1 leaves an image unchanged. */
  readonly enhancement: number;
  /** Bits that are kept. */
  readonly posterizeBits: number;
  readonly solarizeThreshold: number;
  readonly solarizeAddition: number;
}

/** Levels of a magnitude (TensorFlow Model Garden, augment.py, `level_to_arg`). */
export function levelsAt({ magnitude, translate, cutout }: Strength): Levels {
  const strength = magnitude / mostMagnitude;
  return {
    rotation: strength * 30,
    shear: strength * 0.3,
    translation: strength * translate,
    cutout: Math.trunc(strength * cutout),
    enhancement: strength * 1.8 + 0.1,
    posterizeBits: Math.trunc(strength * 4),
    solarizeThreshold: Math.trunc(strength * 256),
    solarizeAddition: Math.trunc(strength * 110),
  };
}
