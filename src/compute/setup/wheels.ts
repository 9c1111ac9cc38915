import { EnvironmentError } from '../../problem/errors.ts';
import { type Build, tensorflowVersion } from '../location.ts';
import type { Platform } from './platform.ts';
import pins from './wheels.json' with { type: 'json' };

/** Which file of the Python package index is wanted, and what of it. */
export interface WheelChoice {
  /** The project's name on the index. */
  readonly project: string;
  readonly version: string;
  /** The processor, as the names of wheels have it. */
  readonly machine: 'x86_64' | 'aarch64' | 'any';
  /** Which of its members are unpacked. */
  readonly members: RegExp;
}

/** A file of the Python package index, pinned by its content. */
export interface Wheel extends Omit<WheelChoice, 'machine'> {
  /** The file's name on the index. */
  readonly file: string;
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Size of the members once unpacked. */
  readonly unpackedBytes: number;
}

// Every Python version's wheel contains the same libraries; one is pinned. The addon needs 14 of its 15,000 other files.
const tensorflowMembers =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|include\/(tensorflow\/c\/(c_api|c_api_macros|tf_(attrtype|buffer|datatype|status|tensor|tstring)|eager\/c_api)|(tensorflow\/core|tsl)\/platform\/ctstring(_internal)?|xla\/tsl\/c\/tsl_status)\.h)$/;

const tensorflow = { version: tensorflowVersion, members: tensorflowMembers } as const;
const tensorflowCpu: WheelChoice = { ...tensorflow, project: 'tensorflow-cpu', machine: 'x86_64' };
const tensorflowArm: WheelChoice = { ...tensorflow, project: 'tensorflow', machine: 'aarch64' };
const tensorflowGpu: WheelChoice = { ...tensorflow, project: 'tensorflow', machine: 'x86_64' };

const cudaLibraries = { machine: 'x86_64', members: /^nvidia\/\w+\/lib\/[^/]+\.so[^/]*$/ } as const;

// Within the ranges that tensorflow 2.21.0 requires with `and-cuda`: the CUDA 12.8 set that PyTorch 2.9 was released with, the most widely
// used one that supports GPUs from Pascal to Blackwell. nvidia-curand is left out: no library of this TensorFlow needs it.
const cuda: readonly WheelChoice[] = [
  { ...cudaLibraries, project: 'nvidia-cublas-cu12', version: '12.8.4.1' },
  { ...cudaLibraries, project: 'nvidia-cuda-cupti-cu12', version: '12.8.90' },
  {
    ...cudaLibraries,
    project: 'nvidia-cuda-nvcc-cu12',
    version: '12.8.93',
    members: /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/libdevice\.10\.bc)$/,
  },
  { ...cudaLibraries, project: 'nvidia-cuda-nvrtc-cu12', version: '12.8.93' },
  { ...cudaLibraries, project: 'nvidia-cuda-runtime-cu12', version: '12.8.90' },
  { ...cudaLibraries, project: 'nvidia-cudnn-cu12', version: '9.10.2.21' },
  { ...cudaLibraries, project: 'nvidia-cufft-cu12', version: '11.3.3.83' },
  { ...cudaLibraries, project: 'nvidia-cusolver-cu12', version: '11.7.3.90' },
  { ...cudaLibraries, project: 'nvidia-cusparse-cu12', version: '12.5.8.93' },
  { ...cudaLibraries, project: 'nvidia-nccl-cu12', version: '2.27.7' },
  { ...cudaLibraries, project: 'nvidia-nvjitlink-cu12', version: '12.8.93' },
];

/** All that TensorFlow is set up from somewhere. */
export const wheelChoices: readonly WheelChoice[] = [tensorflowCpu, tensorflowArm, tensorflowGpu, ...cuda];

const choices: Readonly<Record<string, Readonly<Record<Build, readonly WheelChoice[] | undefined>>>> = {
  x64: { cpu: [tensorflowCpu], gpu: [tensorflowGpu, ...cuda] },
  arm64: { cpu: [tensorflowArm], gpu: undefined },
};

const oldestGlibc = { major: 2, minor: 27 };

/**
 * The files of one build of TensorFlow on a platform.
 * @throws EnvironmentError if no such build is published.
 */
export function wheelsFor(build: Build, platform: Platform): readonly Wheel[] {
  if (platform.system !== 'linux') {
    throw unsupported(`native TensorFlow is set up on Linux only, and this is ${platform.system}`);
  }
  const builds = choices[platform.architecture];
  if (!builds) {
    throw unsupported(
      `TensorFlow ${tensorflowVersion} is published for x64 and arm64 only, and this is ${platform.architecture}`,
    );
  }
  if (platform.glibc === undefined) {
    throw unsupported('TensorFlow needs the GNU C library, which this Linux (Alpine, for example) does not have');
  }
  const [major = 0, minor = 0] = platform.glibc.split('.').map(Number);
  if (major < oldestGlibc.major || (major === oldestGlibc.major && minor < oldestGlibc.minor)) {
    throw unsupported(
      `TensorFlow needs the GNU C library ${oldestGlibc.major}.${oldestGlibc.minor} or newer, and this system has ${platform.glibc}`,
    );
  }
  const chosen = builds[build];
  if (!chosen) {
    throw new EnvironmentError(`TensorFlow ${tensorflowVersion} has no GPU build for ${platform.architecture}`, {
      hint: 'set up the CPU build: pipe setup',
    });
  }
  return chosen.map(pinned);
}

/** The file that was chosen, as `wheels.json` has it. */
export function pinned({ machine, ...choice }: WheelChoice): Wheel {
  const { project, version } = choice;
  const pin = pins.find((each) => each.project === project && each.version === version && each.machine === machine);
  if (!pin) throw new Error(`wheels.json has no ${project} ${version} for ${machine}: run \`npm run wheels\``);
  const { file, sha256, bytes, unpackedBytes } = pin;
  return { ...choice, file, sha256, bytes, unpackedBytes };
}

function unsupported(message: string): EnvironmentError {
  return new EnvironmentError(message, {
    hint: 'for native speed, run in a Debian or Ubuntu container: docker run -it node:22',
  });
}
