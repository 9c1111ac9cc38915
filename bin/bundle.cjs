const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const vm = require('node:vm');

/** A sha256 in hex. The bundle begins with its own, in a comment, and compiled code with that of the bundle it was compiled from. */
const digestLength = 64;

/**
 * Runs the bundled command line of a folder, with the compiled code of its build if that matches this Node: compiling again takes as long
 * as all the rest of a run that reuses everything. Returns the script, so that the build can store what it compiled.
 */
exports.runBundle = (folder) => {
  const filename = join(folder, 'pipe.cjs');
  const source = readFileSync(filename, 'latin1');
  const script = new vm.Script(source, {
    // Not the path: compiled code contains it, and is used where the package is installed.
    filename: 'pipe.cjs',
    cachedData: compiledCode(join(folder, 'pipe.code'), digestOf(source)),
  });
  // Code that was compiled ahead cannot import modules itself.
  script.runInThisContext()(createRequire(filename), filename, (specifier) => import(specifier));
  return script;
};

/** The required beginning of a bundle's compiled code. */
const digestOf = (source) => source.slice('/*'.length, '/*'.length + digestLength);

/** Undefined if there is none, or it belongs to another bundle: V8 checks its own version, but only the length of the source. */
function compiledCode(path, digest) {
  try {
    const file = readFileSync(path);
    return file.latin1Slice(0, digestLength) === digest ? file.subarray(digestLength) : undefined;
  } catch {
    return undefined;
  }
}

/** Stores what a script has compiled so far, for the next process. */
exports.compiledFile = (script, source) => Buffer.concat([Buffer.from(digestOf(source)), script.createCachedData()]);
