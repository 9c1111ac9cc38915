import { readFileSync } from 'node:fs';

/** What the CPU can do beyond its architecture, as Linux names it, e.g. `avx512f`; nothing where the system does not say. */
export function cpuAbilities(): ReadonlySet<string> {
  return abilitiesIn(readCpuinfo());
}

/** The abilities of the first CPU in the text of /proc/cpuinfo. */
export function abilitiesIn(cpuinfo: string): ReadonlySet<string> {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  return new Set(flags?.trim().split(/\s+/));
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
