/** Added to the variance: Keras's ResNet V2. */
export const batchNormEpsilon = 1.001e-5;

/** How much of a moving statistic outlives a step: moving <- momentum moving + (1 - momentum) batch (Ioffe & Szegedy 2015; Keras's default). */
export const batchNormMomentum = 0.99;
