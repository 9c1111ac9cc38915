import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject, type Json } from '../json/json.ts';
import { hasCode } from './codes.ts';
import { sha256 } from './sha256.ts';

/** One process among all that may share a store: no two of them are ever equal, not even when a pid is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The host's name, and on Linux its boot and pid namespace: what makes a pid comparable. */
  readonly host: string;
  /** When it started, in the system's own ticks; empty if the system does not say. */
  readonly startTime: string;
}

/** True if a JSON value is an identity as it was written. */
export function isProcessIdentity(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { pid, host, startTime } = value;
  return Number.isSafeInteger(pid) && typeof host === 'string' && typeof startTime === 'string';
}

/** A process in words: `process 17 on laptop`. */
export function processWords({ pid, host }: ProcessIdentity): string {
  return `process ${pid} on ${host.split(' ')[0]}`;
}

/** A short name of a process, for names of files: pid, start time and a digest of the host, with `-` between them. */
export function processName({ pid, startTime, host }: ProcessIdentity): string {
  return `${pid}-${startTime}-${sha256(host).slice(0, 8)}`;
}

/** The process that a name is of, where it ran on the observer's host. */
export function processNamed(name: string, observer: ProcessIdentity): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+)-(\d*)-[0-9a-f]{8}$/.exec(name) ?? [];
  if (pid === undefined || startTime === undefined) return undefined;
  const named = { pid: Number(pid), host: observer.host, startTime };
  return processName(named) === name ? named : undefined;
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

/** State letter and start time of a process (proc(5), /proc/pid/stat, fields 3 and 22); undefined if the system does not say. */
function statusOf(pid: number): { state: string; startTime: string } | undefined {
  const text = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The command's name, in parentheses, may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

/** The identity of this very process. */
export function thisProcess(): ProcessIdentity {
  const boot = readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  return {
    pid: process.pid,
    host: [hostname(), boot, namespace].filter((part) => part !== '').join(' '),
    startTime: statusOf(process.pid)?.startTime ?? '',
  };
}

/** Whether a process is at work, as far as `observer` can see: `unknown` where it runs on another host or the system does not say. */
export function aliveness(other: ProcessIdentity, observer: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (other.host !== observer.host) return 'unknown';
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (!hasCode(error, 'EPERM')) return 'dead';
  }
  const status = statusOf(other.pid);
  if (status === undefined || other.startTime === '') return 'unknown';
  const ended = status.state === 'Z' || status.state === 'X';
  return ended || status.startTime !== other.startTime ? 'dead' : 'alive';
}
