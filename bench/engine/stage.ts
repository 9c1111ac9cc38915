/** One stage of a pipeline for every tool: a line of shell, so that the time measured is that of the tool. */
export interface BenchStage {
  readonly name: string;
  readonly command: string;
  /** Files it reads: sources, and outputs of other stages. */
  readonly reads: readonly string[];
  /** The file it writes. */
  readonly writes: string;
}

/** A pipeline, producers before consumers; the last stage is the target. */
export interface BenchPipeline {
  readonly name: string;
  readonly stages: readonly BenchStage[];
  /** Its small source files, by name. */
  readonly sources: Readonly<Record<string, string>>;
  /** The name of the file to edit. */
  readonly edited: string;
}

/** So large that reading it at every start would be visible. */
export const largeInput = { name: 'data.bin', bytes: 100 * 2 ** 20 };

/** Six stages behind a large input; the edited value affects the last two. */
export const chain: BenchPipeline = {
  name: 'six stages behind 100 MB',
  stages: [
    stage('load', `cp ${largeInput.name} dataset.bin`, [largeInput.name], 'dataset.bin'),
    stage('init', 'cat seed.txt > init.txt', ['seed.txt'], 'init.txt'),
    stage(
      'teacher',
      'cat init.txt teacher.cfg > teacher.txt',
      ['dataset.bin', 'init.txt', 'teacher.cfg'],
      'teacher.txt',
    ),
    stage('logits', 'head -c 10485760 dataset.bin > logits.bin', ['dataset.bin', 'teacher.txt'], 'logits.bin'),
    stage(
      'student',
      'cat teacher.txt student.cfg > student.txt',
      ['dataset.bin', 'logits.bin', 'init.txt', 'teacher.txt', 'student.cfg'],
      'student.txt',
    ),
    stage('eval', 'cat student.txt > metrics.txt', ['student.txt'], 'metrics.txt'),
  ],
  sources: { 'seed.txt': 'seed 1\n', 'teacher.cfg': 'lr 0.1\n', 'student.cfg': 'temperature 10\n' },
  edited: 'student.cfg',
};

/** One stage, many that read its output, and one that reads theirs; the edited value affects all. */
export function fan(count: number): BenchPipeline {
  const names = Array.from({ length: count - 2 }, (_, index) => String(index).padStart(4, '0'));
  return {
    name: `${count} stages`,
    stages: [
      stage('prep', 'cat in.txt > prep.txt', ['in.txt'], 'prep.txt'),
      ...names.map((name) => stage(`work${name}`, `cat prep.txt > out${name}.txt`, ['prep.txt'], `out${name}.txt`)),
      stage(
        'join',
        'cat out*.txt > join.txt',
        names.map((name) => `out${name}.txt`),
        'join.txt',
      ),
    ],
    sources: { 'in.txt': 'x\n' },
    edited: 'in.txt',
  };
}

function stage(name: string, command: string, reads: readonly string[], writes: string): BenchStage {
  return { name, command, reads, writes };
}

/** The stage that writes a file, by the file's name; sources are absent. */
export function producers(stages: readonly BenchStage[]): ReadonlyMap<string, string> {
  return new Map(stages.map(({ name, writes }) => [writes, name]));
}

/** What a stage reads: source files, and outputs of other stages, separately. */
export function readsOf(
  { reads }: BenchStage,
  producer: ReadonlyMap<string, string>,
): { readonly sources: readonly string[]; readonly made: readonly string[] } {
  return { sources: reads.filter((file) => !producer.has(file)), made: reads.filter((file) => producer.has(file)) };
}
