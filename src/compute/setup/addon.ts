import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import vendored from '../../../vendor/package.json' with { type: 'json' };
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { findExecutable, lastLines, runExecutable } from './executable.ts';

/** A C++ compiler with its fixed arguments, e.g. `ccache g++`. */
export type Compiler = readonly [string, ...string[]];

/** The sources of an addon. */
export interface AddonSource {
  /** Version of TensorFlow.js's Node package. */
  readonly tfjs: string;
  /** sha256 of its C++ files. */
  readonly sha256: string;
}

/** The addon that the installed TensorFlow.js package would compile to. */
export function addonSource(): AddonSource {
  const hash = createHash('sha256');
  const sources = bindingDirectory();
  for (const name of readdirSync(sources).sort()) hash.update(`${name}\n`).update(readFileSync(join(sources, name)));
  return { tfjs: vendored.dependencies['@tensorflow/tfjs-node-gpu'], sha256: hash.digest('hex') };
}

/**
 * The C++ compiler of this machine: `CXX`, otherwise g++, c++ or clang++ on the PATH.
 * @throws EnvironmentError if there is none.
 */
export function findCompiler(environment: Environment): Compiler {
  const chosen = environment['CXX']?.trim();
  if (chosen) {
    const [name = '', ...args] = chosen.split(/\s+/);
    const file = findExecutable(environment, name);
    if (file) return [file, ...args];
    throw new EnvironmentError(`CXX names the C++ compiler ${name}, which does not exist`, {
      hint: 'unset CXX, or set it to a C++ compiler, for example CXX=g++',
    });
  }
  for (const name of ['g++', 'c++', 'clang++']) {
    const file = findExecutable(environment, name);
    if (file) return [file];
  }
  throw new EnvironmentError('no C++ compiler found', {
    hint:
      'install one and run again: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora, RHEL), ' +
      'zypper install gcc-c++ (openSUSE), pacman -S gcc (Arch)',
  });
}

/**
 * Compiles TensorFlow.js's addon against libraries in a folder next to `output`.
 * @throws EnvironmentError with the compiler's last output.
 */
export async function compileAddon(
  compiler: Compiler,
  paths: { libraries: string; output: string },
  options: { environment: Environment; signal?: AbortSignal | undefined },
): Promise<void> {
  const [file, ...args] = compiler;
  const binding = bindingDirectory();
  const { code, stderr } = await runExecutable(
    file,
    [
      ...args,
      ...['-O2', '-std=c++17', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
      ...[dirname(binding), join(paths.libraries, 'include'), join(dirname(binding), 'node-api')].map(
        (directory) => `-I${directory}`,
      ),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, name)),
      `-L${paths.libraries}`,
      ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      `-Wl,-rpath,$ORIGIN/${basename(paths.libraries)}`,
      ...['-o', paths.output],
    ],
    options,
  );
  if (code === 0) return;
  throw new EnvironmentError(`${compiler.join(' ')} could not compile the TensorFlow.js addon`, {
    hint: `it needs a C++17 compiler with its standard library; its last output:\n${lastLines(stderr, 8)}`,
  });
}

/** Where the build put the C++ files of TensorFlow.js's Node package. */
function bindingDirectory(): string {
  return dirname(createRequire(import.meta.url).resolve('#tfjs/binding/tfjs_binding.cc'));
}
