import { EnvironmentError } from '../../problem/errors.ts';
import { type Build, tensorflowVersion } from '../location.ts';
import type { Platform } from './platform.ts';

/** A file of the Python package index, pinned by its content. */
export interface Wheel {
  /** The project's name on the index. */
  readonly project: string;
  readonly version: string;
  /** The file's name, which the index lists. */
  readonly file: string;
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Which of its members are unpacked. */
  readonly members: RegExp;
  /** Size of those members once unpacked. */
  readonly unpackedBytes: number;
  /** A second name for an unpacked folder, under which another wheel's library looks for it. */
  readonly alias?: { readonly name: string; readonly of: string };
}

// Every Python version's wheel holds the same libraries; one is pinned. The addon needs 14 of its 15,000 other files.
const tensorflowMembers =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|include\/(tensorflow\/c\/(c_api|c_api_macros|tf_(attrtype|buffer|datatype|status|tensor|tstring)|eager\/c_api)|(tensorflow\/core|tsl)\/platform\/ctstring(_internal)?|xla\/tsl\/c\/tsl_status)\.h)$/;

const tensorflowCpu: Wheel = {
  project: 'tensorflow-cpu',
  version: tensorflowVersion,
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  bytes: 273829956,
  members: tensorflowMembers,
  unpackedBytes: 853463601,
};

const tensorflowArm: Wheel = {
  project: 'tensorflow',
  version: tensorflowVersion,
  file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
  sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  bytes: 281828020,
  members: tensorflowMembers,
  unpackedBytes: 883216873,
};

const tensorflowGpu: Wheel = {
  project: 'tensorflow',
  version: tensorflowVersion,
  file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  bytes: 572440367,
  members: tensorflowMembers,
  unpackedBytes: 1259175745,
};

const cudaLibraries = /^nvidia\/\w+\/lib\/[^/]+\.so[^/]*$/;

// Within the ranges that tensorflow 2.21.0 asks for under `and-cuda`, the CUDA 12.8 set that PyTorch 2.9 was released with:
// the most widely run one that knows GPUs from Pascal to Blackwell. nvidia-curand is left out: no library of this TensorFlow names it.
const cuda: readonly Wheel[] = [
  {
    project: 'nvidia-cublas-cu12',
    version: '12.8.4.1',
    file: 'nvidia_cublas_cu12-12.8.4.1-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142',
    bytes: 594346921,
    members: cudaLibraries,
    unpackedBytes: 868914192,
  },
  {
    project: 'nvidia-cuda-cupti-cu12',
    version: '12.8.90',
    file: 'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    bytes: 10248621,
    members: cudaLibraries,
    unpackedBytes: 41311976,
  },
  {
    project: 'nvidia-cuda-nvcc-cu12',
    version: '12.8.93',
    file: 'nvidia_cuda_nvcc_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '2d6dc36fb7cb5ac9c0b8825bc13d193c35487a315664007287d0126531238011',
    bytes: 40128098,
    members: /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/libdevice\.10\.bc)$/,
    unpackedBytes: 32397092,
  },
  {
    project: 'nvidia-cuda-nvrtc-cu12',
    version: '12.8.93',
    file: 'nvidia_cuda_nvrtc_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: 'a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994',
    bytes: 88040029,
    members: cudaLibraries,
    unpackedBytes: 222102104,
    // cuDNN compiles kernels with it, and looks for it there (its RUNPATH: $ORIGIN/../../nvrtc/lib).
    alias: { name: 'nvidia/nvrtc', of: 'nvidia/cuda_nvrtc' },
  },
  {
    project: 'nvidia-cuda-runtime-cu12',
    version: '12.8.90',
    file: 'nvidia_cuda_runtime_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90',
    bytes: 954765,
    members: cudaLibraries,
    unpackedBytes: 728800,
  },
  {
    project: 'nvidia-cudnn-cu12',
    version: '9.10.2.21',
    file: 'nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
    bytes: 706758467,
    members: cudaLibraries,
    unpackedBytes: 1053232960,
  },
  {
    project: 'nvidia-cufft-cu12',
    version: '11.3.3.83',
    file: 'nvidia_cufft_cu12-11.3.3.83-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74',
    bytes: 193118695,
    members: cudaLibraries,
    unpackedBytes: 281026488,
  },
  {
    project: 'nvidia-cusolver-cu12',
    version: '11.7.3.90',
    file: 'nvidia_cusolver_cu12-11.7.3.90-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '4376c11ad263152bd50ea295c05370360776f8c3427b30991df774f9fb26c450',
    bytes: 267506905,
    members: cudaLibraries,
    unpackedBytes: 404797448,
  },
  {
    project: 'nvidia-cusparse-cu12',
    version: '12.5.8.93',
    file: 'nvidia_cusparse_cu12-12.5.8.93-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '1ec05d76bbbd8b61b06a80e1eaf8cf4959c3d4ce8e711b65ebd0443bb0ebb13b',
    bytes: 288216466,
    members: cudaLibraries,
    unpackedBytes: 387990224,
  },
  {
    project: 'nvidia-nccl-cu12',
    version: '2.27.7',
    file: 'nvidia_nccl_cu12-2.27.7-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
    bytes: 322546339,
    members: cudaLibraries,
    unpackedBytes: 430126192,
  },
  {
    project: 'nvidia-nvjitlink-cu12',
    version: '12.8.93',
    file: 'nvidia_nvjitlink_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '81ff63371a7ebd6e6451970684f916be2eab07321b73c9d244dc2b4da7f73b88',
    bytes: 39254836,
    members: cudaLibraries,
    unpackedBytes: 94101392,
  },
];

const wheels: Readonly<Record<string, Readonly<Record<Build, readonly Wheel[] | undefined>>>> = {
  x64: { cpu: [tensorflowCpu], gpu: [tensorflowGpu, ...cuda] },
  arm64: { cpu: [tensorflowArm], gpu: undefined },
};

const oldestGlibc = { major: 2, minor: 27 };

/**
 * The files one build of TensorFlow is made of on a platform.
 * @throws EnvironmentError if TensorFlow's makers publish no such build.
 */
export function wheelsFor(build: Build, platform: Platform): readonly Wheel[] {
  if (platform.system !== 'linux') {
    throw unsupported(`native TensorFlow is set up on Linux only, and this is ${platform.system}`);
  }
  const builds = wheels[platform.architecture];
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
  return chosen;
}

function unsupported(message: string): EnvironmentError {
  return new EnvironmentError(message, {
    hint: 'for native speed, run in a Debian or Ubuntu container: docker run -it node:22',
  });
}
