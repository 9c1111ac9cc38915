import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import type { FrostTexture } from './frost-textures.ts';

const weights: BySeverity<{ readonly image: number; readonly frost: number }> = {
  1: { image: 1, frost: 0.2 },
  2: { image: 1, frost: 0.3 },
  3: { image: 0.9, frost: 0.4 },
  4: { image: 0.85, frost: 0.4 },
  5: { image: 0.75, frost: 0.45 },
};

/** Adds a random piece of a random photograph of frost. @param textures already scaled, all larger than [32, 32]. */
export function frost(textures: readonly FrostTexture[]): Corruption {
  return (image, severity, random) => {
    const texture = textures[random.integer(0, textures.length)]!;
    const top = random.integer(0, texture.height - side);
    const left = random.integer(0, texture.width - side);
    const weight = weights[severity];
    return image.map((byte, i) => {
      const row = Math.floor(i / (side * channels));
      const ice = texture.rgb[((top + row) * texture.width + left) * channels + (i % (side * channels))]!;
      return Math.min(weight.image * byte + weight.frost * ice, 255);
    });
  };
}
