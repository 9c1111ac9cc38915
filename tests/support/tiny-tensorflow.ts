import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Wheel } from '../../src/compute/setup/wheels.ts';
import type { RegistryFile } from './python-registry.ts';
import { zip } from './zip.ts';

/** A wheel of a few bytes with TensorFlow's layout, and the file a registry serves for it. */
export function tinyWheel(project = 'tensorflow-tiny'): { wheel: Wheel; file: RegistryFile } {
  const content = zip([
    { path: 'tensorflow/libtensorflow_cc.so.2', content: `the libraries of ${project}` },
    { path: 'tensorflow/include/tensorflow/c/c_api.h', content: '// C API' },
    { path: 'nvidia/cuda_nvcc/bin/ptxas', content: 'a program', mode: 0o755 },
    { path: 'nvidia/cusolver/lib/libcusolver.so.11', content: 'a library' },
    { path: 'tensorflow/python/unneeded.py', content: 'pass' },
  ]);
  const file = `${project.replaceAll('-', '_')}-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`;
  const wheel: Wheel = {
    project,
    version: '2.21.0',
    file,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    members: /^(tensorflow\/(lib|include)|nvidia\/)/,
    unpackedBytes: 100,
  };
  return { wheel, file: { project, file, content } };
}

/**
 * A replacement for a compiler: writes `addon` to the file after `-o`, and a line to `compilations.log` next to itself.
 * @param body shell text that runs first; with `exit 1`, the compiler fails.
 */
export function tinyCompiler(directory: string, body = ''): string {
  const path = join(directory, 'tiny-c++');
  const log = join(directory, 'compilations.log');
  writeFileSync(
    path,
    `#!/bin/sh
[ "$1" = --version ] && { echo tiny-c++ 1.0; exit 0; }
${body}
for argument; do [ "$previous" = -o ] && echo addon > "$argument"; previous=$argument; done
echo compiled >> '${log}'
`,
  );
  chmodSync(path, 0o755);
  return path;
}
