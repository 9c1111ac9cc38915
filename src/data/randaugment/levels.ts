/** The magnitude at which every operation is at its strongest. */
const mostMagnitude = 10;

/** How strong the operations are. */
export interface Strength {
  /** 0 to 10. */
  readonly magnitude: number;
  /** Pixels that are translated at magnitude 10; the Model Garden's default is 100. */
  readonly translate: number;
  /** Half the side of the box that is cut out at magnitude 10, pixels; the Model Garden's default is 40. */
  readonly cutout: number;
}

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
