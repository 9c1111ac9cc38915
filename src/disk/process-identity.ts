import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject, type Json } from '../json/json.ts';
import { hasCode } from './codes.ts';
import { sha256 } from './sha256.ts';

/** One process among all that may share a store. No two are ever equal, even if a pid is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The name of the host, and on Linux its boot and pid namespace: what makes pids comparable. */
  readonly host: string;
  /** Its start time, in ticks of the system; empty if the system does not tell. */
  readonly startTime: string;
}

/** True if a JSON value is a written identity. */
export function isProcessIdentity(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { pid, host, startTime } = value;
  return Number.isSafeInteger(pid) && typeof host === 'string' && typeof startTime === 'string';
}

/** A process as text: `process 17 on laptop`. */
export function processWords({ pid, host }: ProcessIdentity): string {
  return `process ${pid} on ${host.split(' ')[0]}`;
}

/** A short name for a process, for file names: pid, start time and a digest of the host, with `-` between them. */
export function processName({ pid, startTime, host }: ProcessIdentity): string {
  return `${pid}-${startTime}-${sha256(host).slice(0, 8)}`;
}

/** The process that a name stands for, if it ran on the observer's host. */
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

/** State letter and start time of a process (proc(5), /proc/pid/stat, fields 3 and 22); undefined if the system does not tell. */
function statusOf(pid: number): { state: string; startTime: string } | undefined {
  const text = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name of the command, in parentheses, may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

/** The identity of this process. */
export function thisProcess(): ProcessIdentity {
  const boot = readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  return {
    pid: process.pid,
    host: [hostname(), boot, namespace].filter((part) => part !== '').join(' '),
    startTime: statusOf(process.pid)?.startTime ?? '',
  };
}

/** Whether a process is alive, as far as `observer` can tell: `unknown` if it runs on another host or the system does not tell. */
export function aliveness(other: ProcessIdentity, observer: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (other.host !== observer.host) return 'unknown';
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if (!hasCode(error, 'EPERM')) return 'dead';
  }
  const status = statusOf(other.pid);
  if (status === undefined || other.startTime === '') return 'unknown';
  const ended = status.state === 'Z' || status.state === 'X';
  return ended || status.startTime !== other.startTime ? 'dead' : 'alive';
}
