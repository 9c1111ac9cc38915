/** The operations of one kind that compute in one type. */
export interface OperationTimes {
  /** TensorFlow's name for it after its rewrites, without the prefix of oneDNN's kernels, and what was fused into it. */
  readonly operation: string;
  readonly type: string;
  readonly count: number;
  readonly milliseconds: number;
  /**
   * The time of their multiplications at the rate of the fastest product, or of their bytes at the rate of the fastest copy, whichever is
   * longer.
   */
  readonly floor: number;
}

/** How a step in one precision spends its time. */
export interface Profile {
  readonly precision: string;
  /** A whole step without tracing, one operation at a time: the minimum of several. */
  readonly step: number;
  readonly operations: readonly OperationTimes[];
  /** Inside oneDNN: by primitive, implementation and types. */
  readonly primitives: readonly { readonly primitive: string; readonly count: number; readonly milliseconds: number }[];
  /** GFLOP/s of the fastest product in each type, GB/s read and written by a large copy. */
  readonly rates: Readonly<Record<string, number>>;
}

/** The profiles as Markdown: operations next to each other, then oneDNN's own time. */
export function profileTable(profiles: readonly Profile[]): string {
  const found = profiles.map(({ operations }) => {
    const sums = new Map<string, { count: number; milliseconds: number; floor: number }>();
    for (const { operation, count, milliseconds, floor } of operations) {
      const sum = sums.get(operation) ?? { count: 0, milliseconds: 0, floor: 0 };
      sums.set(operation, {
        count: sum.count + count,
        milliseconds: sum.milliseconds + milliseconds,
        floor: sum.floor + floor,
      });
    }
    return sums;
  });
  const longest = (name: string) => Math.max(...found.map((sums) => sums.get(name)?.milliseconds ?? 0));
  const names = [...new Set(found.flatMap((sums) => [...sums.keys()]))]
    .filter((name) => longest(name) >= 0.5)
    .sort((a, b) => longest(b) - longest(a));
  const cells = (name: string) =>
    found.flatMap((sums) => {
      const sum = sums.get(name);
      return sum ? [String(sum.count), sum.milliseconds.toFixed(1), sum.floor.toFixed(1)] : ['', '', ''];
    });
  const total = found.flatMap((sums) => {
    const all = [...sums.values()];
    return [
      String(all.reduce((sum, { count }) => sum + count, 0)),
      all.reduce((sum, { milliseconds }) => sum + milliseconds, 0).toFixed(1),
      all.reduce((sum, { floor }) => sum + floor, 0).toFixed(1),
    ];
  });
  const head = ['operation', ...profiles.flatMap(({ precision }) => ['n', `${precision}, ms`, 'floor'])];
  const rows = [
    head,
    head.map((_, column) => (column === 0 ? '---' : '---:')),
    ...names.map((name) => [name, ...cells(name)]),
    ['all', ...total],
  ];
  return [rows.map((row) => `| ${row.join(' | ')} |`).join('\n'), ...profiles.map(inside)].join('\n\n');
}

function inside({ precision, step, primitives, rates }: Profile): string {
  const total = primitives.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const lines = primitives.map(
    ({ primitive, count, milliseconds }) => `${milliseconds.toFixed(1).padStart(8)}  ${count} ${primitive}`,
  );
  const measured = Object.entries(rates).map(([name, rate]) => `${name} ${rate.toFixed(0)}`);
  return [
    `${precision}: a step takes ${step.toFixed(0)} ms, ${total.toFixed(0)} of them inside oneDNN (floors by ${measured.join(', ')})`,
    ...lines,
  ].join('\n');
}
