/**
 * The 8x8 cosine transform and its inverse in integers, by the algorithm of Loeffler, Ligtenberg and Moschytz (1989) with 13-bit constants:
 * the "accurate integer" method of libjpeg, which all important decoders reproduce bit for bit.
 */

const constantBits = 13;
/** Extra fractional bits between the two passes. */
const passBits = 2;

const fixed = (value: number) => Math.round(value * 2 ** constantBits);
const fix0298 = fixed(0.298631336);
const fix0390 = fixed(0.39018064);
const fix0541 = fixed(0.5411961);
const fix0765 = fixed(0.765366865);
const fix0899 = fixed(0.899976223);
const fix1175 = fixed(1.175875602);
const fix1501 = fixed(1.50132111);
const fix1847 = fixed(1.847759065);
const fix1961 = fixed(1.96157056);
const fix2053 = fixed(2.053119869);
const fix2562 = fixed(2.562915447);
const fix3072 = fixed(3.072711026);

/** Divides by 2^bits, rounding halves up. */
function descale(value: number, bits: number): number {
  return (value + (1 << (bits - 1))) >> bits;
}

/** Replaces 64 samples, -128..127, by their cosine coefficients times 8. */
export function forwardTransform(block: Int32Array): void {
  for (let row = 0; row < 8; row++) forwardPass(block, 8 * row, 1, -passBits, constantBits - passBits);
  for (let column = 0; column < 8; column++) forwardPass(block, column, 8, passBits, constantBits + passBits);
}

/** One line of the forward transform; the even sums 0 and 4 are divided by 2^evenBits, all others by 2^bits. */
function forwardPass(block: Int32Array, start: number, step: number, evenBits: number, bits: number): void {
  const at = (i: number) => block[start + i * step]!;
  const put = (i: number, value: number) => {
    block[start + i * step] = value;
  };
  const even = (value: number) => (evenBits < 0 ? value << -evenBits : descale(value, evenBits));

  const sum0 = at(0) + at(7);
  const sum1 = at(1) + at(6);
  const sum2 = at(2) + at(5);
  const sum3 = at(3) + at(4);
  const odd0 = at(3) - at(4);
  const odd1 = at(2) - at(5);
  const odd2 = at(1) - at(6);
  const odd3 = at(0) - at(7);

  put(0, even(sum0 + sum3 + (sum1 + sum2)));
  put(4, even(sum0 + sum3 - (sum1 + sum2)));
  const turned = (sum1 - sum2 + (sum0 - sum3)) * fix0541;
  put(2, descale(turned + (sum0 - sum3) * fix0765, bits));
  put(6, descale(turned - (sum1 - sum2) * fix1847, bits));

  const all = (odd0 + odd2 + odd1 + odd3) * fix1175;
  const outer = -(odd0 + odd3) * fix0899;
  const inner = -(odd1 + odd2) * fix2562;
  const first = all - (odd0 + odd2) * fix1961;
  const second = all - (odd1 + odd3) * fix0390;
  put(7, descale(odd0 * fix0298 + outer + first, bits));
  put(5, descale(odd1 * fix2053 + inner + second, bits));
  put(3, descale(odd2 * fix3072 + inner + first, bits));
  put(1, descale(odd3 * fix1501 + outer + second, bits));
}

/** Replaces 64 cosine coefficients by their samples, around 0 and not yet clipped to a byte's range. */
export function inverseTransform(block: Int32Array): void {
  for (let column = 0; column < 8; column++) inversePass(block, column, 8, constantBits - passBits);
  for (let row = 0; row < 8; row++) inversePass(block, 8 * row, 1, constantBits + passBits + 3);
}

function inversePass(block: Int32Array, start: number, step: number, bits: number): void {
  const at = (i: number) => block[start + i * step]!;

  const turned = (at(2) + at(6)) * fix0541;
  const even2 = turned - at(6) * fix1847;
  const even3 = turned + at(2) * fix0765;
  const even0 = (at(0) + at(4)) * 2 ** constantBits;
  const even1 = (at(0) - at(4)) * 2 ** constantBits;
  const sums = [even0 + even3, even1 + even2, even1 - even2, even0 - even3];

  const [odd0, odd1, odd2, odd3] = [at(7), at(5), at(3), at(1)];
  const all = (odd0 + odd2 + odd1 + odd3) * fix1175;
  const outer = -(odd0 + odd3) * fix0899;
  const inner = -(odd1 + odd2) * fix2562;
  const first = all - (odd0 + odd2) * fix1961;
  const second = all - (odd1 + odd3) * fix0390;
  const differences = [
    odd3 * fix1501 + outer + second,
    odd2 * fix3072 + inner + first,
    odd1 * fix2053 + inner + second,
    odd0 * fix0298 + outer + first,
  ];
  for (let i = 0; i < 4; i++) {
    block[start + i * step] = descale(sums[i]! + differences[i]!, bits);
    block[start + (7 - i) * step] = descale(sums[i]! - differences[i]!, bits);
  }
}
