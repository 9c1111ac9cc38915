import { lstatSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** A second path for something in a build, at which a library looks for it. */
interface Link {
  readonly path: string;
  readonly target: string;
}

const links: readonly Link[] = [
  // cuDNN compiles kernels with NVRTC, and looks for it there (its RUNPATH: $ORIGIN/../../nvrtc/lib).
  { path: 'nvidia/nvrtc', target: 'nvidia/cuda_nvrtc' },
  // TensorFlow opens all CUDA libraries from libtensorflow_framework.so.2. Its RUNPATH names the folder of each of them except cuSOLVER's,
  // and TensorFlow uses no GPU if one is missing. This folder is named there, and lies as deep, so that cuSOLVER finds what it needs.
  { path: 'nvidia/cusparse/lib/libcusolver.so.11', target: 'nvidia/cusolver/lib/libcusolver.so.11' },
];

/** The links that a build in this folder lacks; it needs only those whose targets it has. */
export function missingLinks(directory: string): readonly string[] {
  return lacking(directory).map(({ path }) => path);
}

/** Whether a path in a build is one of the links. */
export function isLink(path: string): boolean {
  return links.some((link) => link.path === path);
}

/** Adds the links that a build in this folder lacks. */
export async function addLinks(directory: string): Promise<void> {
  for (const { path, target } of lacking(directory)) {
    const link = join(directory, path);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(path), target), link);
  }
}

function lacking(directory: string): readonly Link[] {
  const exists = (path: string) => lstatSync(join(directory, path), { throwIfNoEntry: false }) !== undefined;
  return links.filter(({ path, target }) => exists(target) && !exists(path));
}
