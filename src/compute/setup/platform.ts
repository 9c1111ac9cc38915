import { availableParallelism, cpus } from 'node:os';

/** The properties that decide which binaries run on this machine. */
export interface Platform {
  /** As `process.platform` names it. */
  readonly system: string;
  /** As `process.arch` names it. */
  readonly architecture: string;
  /** Version of the GNU C library, e.g. `2.36`; undefined on other systems and on musl. */
  readonly glibc: string | undefined;
}

/** The platform this process runs on. */
export function currentPlatform(): Platform {
  return {
    system: process.platform,
    architecture: process.arch,
    glibc: process.platform === 'linux' ? glibcVersion() : undefined,
  };
}

/** The model name of the CPU, e.g. `AMD EPYC`. */
export function cpuName(): string {
  return cpus()[0]?.model.trim() || process.arch;
}

/** The number of threads that can run at once, according to the scheduler. */
export function cpuThreads(): number {
  return availableParallelism();
}

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime;
}
