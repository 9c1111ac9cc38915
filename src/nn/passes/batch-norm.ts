/** Added to the variance: the value of Keras's ResNet V2. */
export const batchNormEpsilon = 1.001e-5;

/** Decay of moving statistics per step: moving <- momentum moving + (1 - momentum) batch (Ioffe & Szegedy 2015; Keras's default). */
export const batchNormMomentum = 0.99;
