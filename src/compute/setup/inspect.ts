import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import { chosenBackend } from '../chosen-backend.ts';
import {
  type Build,
  cacheDirectory,
  type Environment,
  type Location,
  setupLocation,
  tensorflowVersion,
} from '../location.ts';
import { findCompiler } from './addon.ts';
import { runExecutable } from './executable.ts';
import { findGpus, type Gpu, isUsable, oldestDriver } from './gpu.ts';
import type { Inspection } from './inspection.ts';
import { alteredContents } from './installed-files.ts';
import { alteredError, alteredSince, readiness, readManifest } from './manifest.ts';
import { inspectOneDnn, inspectPrecision } from './onednn.ts';
import { findPip } from './pip.ts';
import { cpuName, cpuThreads, currentPlatform, type Platform } from './platform.ts';
import { whyImpossible } from './possible.ts';
import { probeAddon, unseenGpu } from './probe.ts';
import { gigabytes } from './progress.ts';
import { findFile, indexUrl, shownUrl } from './registry.ts';
import { checkTrust } from './trust.ts';
import { wheelsFor } from './wheels.ts';

/** What to inspect. */
export interface InspectOptions {
  readonly environment: Environment;
  /** Whether to ask the Python package index over the network. */
  readonly network: boolean;
  /** Whether to read every file of TensorFlow and compare it with the setup. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Inspects everything that native TensorFlow depends on here; changes nothing and loads nothing into this process. */
export async function inspect(options: InspectOptions): Promise<readonly Inspection[]> {
  const { environment } = options;
  const platform = currentPlatform();
  const gpus = await findGpus(environment);
  const builds = {
    cpu: await inspectBuild('cpu', platform, options),
    gpu: await inspectBuild('gpu', platform, options, gpus.some(isUsable)),
  };
  return [
    inspectBackend(builds, gpus, options),
    { subject: 'node', state: 'good', detail: process.version },
    await inspectPlatform(platform),
    { subject: 'cpu', state: 'good', detail: `${cpuName()}, ${cpuThreads()} threads` },
    ...inspectOneDnn(environment),
    ...inspectPrecision({ environment, hasGpu: gpus.some(isUsable), portable: portableBackend(builds, environment) }),
    inspectGpus(gpus, platform, builds.gpu.state !== 'absent'),
    builds.cpu,
    builds.gpu,
    await inspectCompiler(environment),
    await inspectPip(environment),
    ...(options.network ? [await inspectRegistry(platform, options)] : []),
    await inspectCache(environment),
  ];
}

/** The backend that a run would use in place of native TensorFlow; undefined if that would compute, perhaps once it is set up. */
function portableBackend(
  builds: Readonly<Record<Build, Inspection>>,
  environment: Environment,
): 'wasm' | 'javascript' | undefined {
  const chosen = chosenBackend(environment);
  if (chosen === 'wasm' || chosen === 'javascript') return chosen;
  const isReady = builds.gpu.state === 'good' || builds.cpu.state === 'good';
  return chosen === 'auto' && !isReady && whyImpossible(environment) ? 'wasm' : undefined;
}

/** The backend that a run would currently use. */
function inspectBackend(
  builds: Readonly<Record<Build, Inspection>>,
  gpus: readonly Gpu[],
  { environment }: InspectOptions,
): Inspection {
  const subject = 'backend';
  const chosen = chosenBackend(environment);
  if (chosen === 'wasm') return { subject, state: 'good', detail: 'WebAssembly, by PIPE_BACKEND' };
  if (chosen === 'javascript') return { subject, state: 'good', detail: 'plain JavaScript, by PIPE_BACKEND' };
  if (gpus.length > 0 && builds.gpu.state === 'bad') {
    const detail = 'native TensorFlow, whose build for the GPU cannot be used';
    return { subject, state: 'bad', detail, ...(builds.gpu.next !== undefined && { next: builds.gpu.next }) };
  }
  const ready = [builds.gpu, builds.cpu].find((finding) => finding.state === 'good');
  if (ready) return { subject, state: 'good', detail: 'native TensorFlow' };
  const impossible = whyImpossible(environment);
  if (!impossible) {
    return { subject, state: 'bad', detail: 'native TensorFlow, once it is set up', next: 'run: pipe setup' };
  }
  const detail = 'WebAssembly, several times slower than native TensorFlow, which is not available here';
  return { subject, state: 'good', detail, ...(impossible.hint !== undefined && { next: impossible.hint }) };
}

function inspectPlatform(platform: Platform): Promise<Inspection> {
  const libc = platform.glibc === undefined ? '' : `, GNU C library ${platform.glibc}`;
  const look = async () => {
    wheelsFor('cpu', platform);
    return `${platform.system} ${platform.architecture}${libc}`;
  };
  return attempt('platform', look, 'absent');
}

function inspectGpus(gpus: readonly Gpu[], platform: Platform, isSetUp: boolean): Inspection {
  const [gpu] = gpus;
  if (gpu) {
    const detail = `${gpus.map(({ name }) => name).join(', ')}, driver ${gpu.driver}`;
    if (!isUsable(gpu)) {
      return { subject: 'gpu', state: 'bad', detail, next: `install an NVIDIA driver ${oldestDriver} or newer` };
    }
    if (isSetUp) return { subject: 'gpu', state: 'good', detail };
    if (platform.architecture !== 'x64') return { subject: 'gpu', state: 'absent', detail };
    return { subject: 'gpu', state: 'bad', detail, next: 'to train on it, run: pipe setup --gpu' };
  }
  if (existsSync('/proc/driver/nvidia') || existsSync('/dev/nvidiactl')) {
    const detail = 'an NVIDIA driver is loaded, but nvidia-smi reports no GPU';
    return {
      subject: 'gpu',
      state: 'bad',
      detail,
      next: 'check the driver with nvidia-smi; runs go to the CPU meanwhile',
    };
  }
  return { subject: 'gpu', state: 'absent', detail: 'no NVIDIA GPU found; runs go to the CPU' };
}

async function inspectBuild(
  build: Build,
  platform: Platform,
  options: InspectOptions,
  hasGpu = false,
): Promise<Inspection> {
  const { environment, signal } = options;
  const subject = `tensorflow-${build}`;
  const location = setupLocation(cacheDirectory(environment), build);
  const next = build === 'gpu' ? 'run: pipe setup --gpu' : 'run: pipe setup';
  switch (readiness(location)) {
    case 'missing': {
      const size = () => gigabytes(wheelsFor(build, platform).reduce((sum, wheel) => sum + wheel.bytes, 0));
      const finding = await attempt(subject, async () => `not set up; ${size()} to download`);
      const helps = finding.state === 'good' && (build === 'cpu' || hasGpu);
      return helps ? { ...finding, state: 'absent', next } : { ...finding, state: 'absent' };
    }
    case 'altered':
      return { subject, state: 'bad', detail: alteredError(location, alteredSince(location)).message, next };
    case 'outdated':
      return { subject, state: 'bad', detail: 'set up by another version of this program', next };
    case 'ready':
      return await attempt(subject, async () => {
        checkTrust(location, environment);
        const verified = options.verify ? await verifyFiles(location) : '';
        const facts = await probeAddon(location.addon, { environment, signal });
        if (hasGpu && !facts.gpu) throw await unseenGpu(location.addon, { environment, signal });
        return `TensorFlow ${facts.tensorflow} loads${facts.gpu ? ' and sees a GPU' : ''}, from ${location.directory}${verified}`;
      });
  }
}

/** The result of reading every file of a build. @throws EnvironmentError if one was altered. */
async function verifyFiles(location: Location): Promise<string> {
  const files = readManifest(location)?.files;
  if (!files) return '; set up by an earlier version, which did not record its files';
  const altered = await alteredContents(location.directory, files);
  if (altered.length > 0) throw alteredError(location, altered);
  return `; all ${files.length} files are unchanged`;
}

function inspectCompiler(environment: Environment): Promise<Inspection> {
  const look = async () => {
    const [file, ...args] = findCompiler(environment);
    const { stdout } = await runExecutable(file, [...args, '--version'], { environment });
    return `${file}: ${stdout.split('\n')[0]}`;
  };
  return attempt('compiler', look, 'absent');
}

async function inspectPip(environment: Environment): Promise<Inspection> {
  const pip = await findPip(environment);
  return pip
    ? { subject: 'pip', state: 'good', detail: pip.join(' ') }
    : { subject: 'pip', state: 'absent', detail: 'not found; needed only if downloads go through a proxy' };
}

function inspectRegistry(platform: Platform, { environment, signal }: InspectOptions): Promise<Inspection> {
  const look = async () => {
    const index = await indexUrl(environment);
    const [wheel] = wheelsFor('cpu', platform);
    if (wheel) await findFile(index, wheel.project, wheel.file, signal);
    return `${shownUrl(index)} has TensorFlow ${tensorflowVersion}`;
  };
  return attempt('registry', look, 'absent');
}

async function inspectCache(environment: Environment): Promise<Inspection> {
  const cache = cacheDirectory(environment);
  const bytes = existsSync(cache) ? await sizeOf(cache) : 0;
  return { subject: 'cache', state: 'good', detail: `${cache}, ${gigabytes(bytes)}` };
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((total, size) => total + size, 0);
}

/** A finding from a result, or from the message and hint of an error. */
async function attempt(
  subject: string,
  look: () => Promise<string>,
  otherwise: 'absent' | 'bad' = 'bad',
): Promise<Inspection> {
  try {
    return { subject, state: 'good', detail: await look() };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { subject, state: otherwise, detail: error.message, ...(error.hint !== undefined && { next: error.hint }) };
  }
}
