/** The purpose of a weight. */
export type WeightRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** One weight of a network, with its Keras name: `conv1_conv/kernel`. Kernels are HWIO, dense kernels [in, out]. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: WeightRole;
  /** False for the moving statistics, which have no gradient. */
  readonly trainable: boolean;
}

/** Values by name of weight, row-major; iterates in the network's order. */
export type Weights = ReadonlyMap<string, Float32Array>;
