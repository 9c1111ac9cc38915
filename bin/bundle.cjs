const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const vm = require('node:vm');

/** A sha256 in hex. The bundle begins with its own, in a comment, and compiled code with that of the bundle it was compiled from. */
const digestLength = 64;

/**
 * Runs the bundled command line of a folder, with the code that its build compiled where that fits this Node: compiling anew
 * takes as long as all the rest of a run that reuses everything. Returns the script, for the build to keep what it compiled.
 */
exports.runBundle = (folder) => {
  const filename = join(folder, 'pipe.cjs');
  const source = readFileSync(filename, 'latin1');
  const script = new vm.Script(source, {
    // Not the path: compiled code keeps it, and is used where the package is installed.
    filename: 'pipe.cjs',
    cachedData: compiledCode(join(folder, 'pipe.code'), digestOf(source)),
  });
  // Code that was compiled ahead cannot import modules by itself.
  script.runInThisContext()(createRequire(filename), filename, (specifier) => import(specifier));
  return script;
};

/** What a bundle's compiled code has to begin with. */
const digestOf = (source) => source.slice('/*'.length, '/*'.length + digestLength);

/** Undefined where there is none, or another bundle's: V8 checks its own version by itself, but of the source only the length. */
function compiledCode(path, digest) {
  try {
    const file = readFileSync(path);
    return file.latin1Slice(0, digestLength) === digest ? file.subarray(digestLength) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what a script has compiled so far for the next process. */
exports.compiledFile = (script, source) => Buffer.concat([Buffer.from(digestOf(source)), script.createCachedData()]);
