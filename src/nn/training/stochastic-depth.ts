import type { Stream } from '../../data/index.ts';

/**
 * Draws which blocks take part in a step (Huang et al. 2016, section 3): block l of L survives with probability 1 - rate l / L.
 * @param rate probability that the last block is skipped, in [0, 1).
 * @returns [blocks]: 0 if skipped, otherwise 1 / probability, so that inference needs no correction.
 */
export function drawBranchScales(blocks: number, rate: number, stream: Stream): Float32Array {
  return Float32Array.from({ length: blocks }, (_, index) => {
    const survival = 1 - (rate * (index + 1)) / blocks;
    return stream.uniform() < survival ? 1 / survival : 0;
  });
}
