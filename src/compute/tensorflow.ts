import { EnvironmentError } from '../problem/errors.ts';
import type { Backend, Device } from './backend.ts';
import { openCompiledCode } from './compiled-code.ts';
import { cpuAbilities, kernelFeatures } from './cpu-abilities.ts';
import { isDeterministic } from './determinism.ts';
import { type Build, cacheDirectory, type Environment, type Location, setupLocation } from './location.ts';
import { loadNative, type Native } from './native.ts';
import { findGpus } from './setup/gpu.ts';
import { alteredError, alteredSince, readiness } from './setup/manifest.ts';
import { cpuName, cpuThreads } from './setup/platform.ts';
import { unseenGpu } from './setup/probe.ts';
import { checkTrust } from './setup/trust.ts';
import { requestedThreads, xlaSteps } from './variables.ts';
import { refuseXlaOnGpu, xlaVariables } from './xla.ts';

/** Which build of TensorFlow, and how it computes. */
export interface TensorflowOptions {
  readonly environment: Environment;
  /** `auto`: the GPU build if it is set up and there is a GPU, otherwise any build that is set up. */
  readonly build?: Build | 'auto';
  /** Threads that share the work of one operation on a CPU (default: `TF_NUM_INTRAOP_THREADS`, otherwise as many as can run at once). */
  readonly threads?: number;
}

/**
 * Loads native TensorFlow from the per-user cache.
 * @throws EnvironmentError if it is not set up or cannot be loaded, with the command to type.
 */
export async function openTensorflow(options: TensorflowOptions): Promise<Backend> {
  const { environment } = options;
  const location = await choose(options);
  const threads = threadsOf(options);
  const steps = xlaSteps(environment);
  const code = await configure(environment, threads, location);
  const native = load(location);
  await requireGpu(native, location, environment);
  const isOnGpu = native.binding.isUsingGpuDevice();
  if (isOnGpu && steps !== undefined) refuseXlaOnGpu(environment);
  // Loaded on demand: they load TensorFlow.js, and commands that only look for TensorFlow load this file.
  const [{ compileProgram }, { interpretProgram }, { makeKernels }] = await Promise.all([
    import('./graph/compile.ts'),
    import('./graph/interpret.ts'),
    import('./kernels/fused.ts'),
  ]);
  return {
    device: await describe(native, environment, threads),
    tf: native.tf,
    kernels: makeKernels(native, { deterministicOnGpu: isOnGpu && isDeterministic(environment) }),
    xlaSteps: steps,
    ...(code &&
      'problem' in code && { notice: `compiled code is not kept, so XLA compiles in every run: ${code.problem}` }),
    compile: (spec) =>
      compileProgram(native, spec, { xla: steps !== undefined, ...(code && 'folder' in code && { code }) }),
    interpret: (spec) => interpretProgram(native.tf, spec),
  };
}

/** Threads that share the work of one operation, on any backend. */
export function threadsOf({ threads, environment }: TensorflowOptions): number {
  return threads ?? requestedThreads(environment) ?? cpuThreads();
}

/** The build to open; undefined if none is set up. */
export async function usableBuild({ environment, build = 'auto' }: TensorflowOptions): Promise<Build | undefined> {
  const cache = cacheDirectory(environment);
  const wanted = build === 'auto' ? await preference(environment) : [build];
  return wanted.find((each) => readiness(setupLocation(cache, each)) === 'ready');
}

/** Whether the build to open is to compute on a GPU. */
export async function isForGpu(options: TensorflowOptions): Promise<boolean> {
  return (await usableBuild(options)) === 'gpu' && (await findGpus(options.environment)).length > 0;
}

async function choose(options: TensorflowOptions): Promise<Location> {
  const cache = cacheDirectory(options.environment);
  const build = await usableBuild(options);
  if (build) {
    const location = setupLocation(cache, build);
    checkTrust(location, options.environment);
    return location;
  }
  for (const each of ['cpu', 'gpu'] as const) {
    const location = setupLocation(cache, each);
    if (readiness(location) === 'altered') throw alteredError(location, alteredSince(location));
  }
  const flag = options.build === 'gpu' ? ' --gpu' : '';
  const isOutdated = (['cpu', 'gpu'] as const).some((each) => readiness(setupLocation(cache, each)) === 'outdated');
  throw new EnvironmentError(
    isOutdated
      ? `TensorFlow in ${cache} was set up by another version of this program`
      : `TensorFlow is not set up in ${cache}`,
    { hint: `run: pipe setup${flag}` },
  );
}

async function preference(environment: Environment): Promise<readonly Build[]> {
  return (await findGpus(environment)).length > 0 ? ['gpu', 'cpu'] : ['cpu', 'gpu'];
}

/**
 * TensorFlow reads its settings from the environment when it is loaded; the user's settings are kept.
 * @returns where XLA keeps compiled code, or why nowhere; undefined without XLA, and for a folder that the user chose.
 */
async function configure(
  environment: Environment,
  threads: number,
  location: Location,
): Promise<ReturnType<typeof openCompiledCode> | undefined> {
  const isGpu = isGpuBuild(location, environment);
  const [gpu] = isGpu ? await findGpus(environment) : [];
  const device = gpu ? gpu.name : `${cpuName()} ${kernelFeatures(cpuAbilities(), environment)} ${threads}`;
  const settings: Record<string, string> = {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    // Otherwise the first process takes all memory of the GPU, and a second one finds none.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] = environment[name] || value;
  let code: ReturnType<typeof openCompiledCode> | undefined;
  const open = (folder: string) => {
    code = openCompiledCode(folder);
    return 'folder' in code;
  };
  Object.assign(process.env, xlaVariables(environment, device, isGpu ? location.directory : undefined, open));
  return code;
}

function load({ addon }: Location): Native {
  try {
    return loadNative(addon);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(`TensorFlow cannot be loaded from ${addon}: ${reason}`, {
      hint: 'run: pipe setup, which recompiles what does not match; pipe doctor reports what is missing',
      cause: error,
    });
  }
}

/**
 * The build for GPUs computes on the CPU if it cannot load one of its libraries: a run that would take hours longer fails instead.
 * @throws EnvironmentError if there is a GPU and TensorFlow does not see it.
 */
async function requireGpu(native: Native, location: Location, environment: Environment): Promise<void> {
  if (!isGpuBuild(location, environment) || native.binding.isUsingGpuDevice()) return;
  if ((await findGpus(environment)).length > 0) throw await unseenGpu(location.addon, { environment });
}

function isGpuBuild({ directory }: Location, environment: Environment): boolean {
  return directory === setupLocation(cacheDirectory(environment), 'gpu').directory;
}

async function describe(native: Native, environment: Environment, threads: number): Promise<Device> {
  const deterministic = isDeterministic(environment) ? ({ deterministic: true } as const) : {};
  const library = { backend: 'tensorflow', version: native.binding.TF_Version, ...deterministic } as const;
  if (!native.binding.isUsingGpuDevice()) {
    const features = kernelFeatures(cpuAbilities(), environment);
    return { ...library, kind: 'cpu', name: cpuName(), threads, ...(features !== undefined && { features }) };
  }
  const [gpu] = await findGpus(environment);
  return { ...library, kind: 'gpu', name: gpu?.name ?? 'NVIDIA GPU', threads: undefined };
}
