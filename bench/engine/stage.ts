/** One stage of a pipeline that every tool is given: a line of shell, so that what is timed is the tool. */
export interface BenchStage {
  readonly name: string;
  readonly command: string;
  /** Files it reads: sources, and what other stages write. */
  readonly reads: readonly string[];
  /** The file it writes. */
  readonly writes: string;
}

/** A pipeline, producers before consumers; the last stage is what is asked for. */
export interface BenchPipeline {
  readonly name: string;
  readonly stages: readonly BenchStage[];
  /** Its small source files, by name. */
  readonly sources: Readonly<Record<string, string>>;
  /** Which of them is edited. */
  readonly edited: string;
}

/** Large enough that reading it again at every start would show. */
export const largeInput = { name: 'data.bin', bytes: 100 * 2 ** 20 };

/** Six stages behind a large input; the edited value concerns the last two. */
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

/** One stage, many that read what it wrote, and one that reads what those wrote; the edited value concerns all. */
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

/** Which stage writes a file, by the file's name; sources are absent. */
export function producers(stages: readonly BenchStage[]): ReadonlyMap<string, string> {
  return new Map(stages.map(({ name, writes }) => [writes, name]));
}

/** What a stage reads, told apart: source files, and files that stages write. */
export function readsOf(
  { reads }: BenchStage,
  producer: ReadonlyMap<string, string>,
): { readonly sources: readonly string[]; readonly made: readonly string[] } {
  return { sources: reads.filter((file) => !producer.has(file)), made: reads.filter((file) => producer.has(file)) };
}
