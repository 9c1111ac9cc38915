/** The nearest integer, or the even one of two that are equally near, like the default rounding of Python and of processors. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
