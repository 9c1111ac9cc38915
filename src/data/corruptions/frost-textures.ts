/** A photograph of frost, scaled for images of 32x32: bytes [height, width, 3]. */
export interface FrostTexture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}
