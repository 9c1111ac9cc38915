const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { cachedDataVersionTag } = require('node:v8');
const vm = require('node:vm');

/** A sha256 in hex. The bundle begins with its own, in a comment. */
const digestLength = 64;

/**
 * Runs the bundled command line of a folder, with the compiled code of its build if that matches this Node and its options, or else with
 * that of the user's cache: compiling again takes as long as all the rest of a run that reuses everything. Returns the script, so that the
 * build can store what it compiled.
 */
exports.runBundle = (folder) => {
  const filename = join(folder, 'pipe.cjs');
  const source = readFileSync(filename, 'latin1');
  const head = headOf(source);
  const shipped = compiledCode(() => readFileSync(join(folder, 'pipe.code')), head);
  // For another version of Node, another processor, or options such as --max-old-space-size.
  const cache = shipped ? undefined : require(join(folder, 'code-cache.cjs')).codeCache(process.env, head);
  const script = new vm.Script(source, {
    // Not the path: compiled code contains it, and is used where the package is installed.
    filename: 'pipe.cjs',
    cachedData: shipped ?? compiledCode(() => cache.find(), head),
  });
  if (cache && script.cachedDataRejected !== false && process.argv[2] === 'run') {
    process.once('exit', (code) => {
      if (code === 0) cache.keep(compiledFile(script, source));
    });
  }
  // Code that was compiled ahead cannot import modules itself.
  script.runInThisContext()(createRequire(filename), filename, (specifier) => import(specifier));
  return script;
};

/**
 * The beginning of the compiled code of a bundle for this Node: the digest of the bundle, because V8 checks only the length of the source, and
 * V8's tag of its version, its options and the processor. Without the tag, V8 would refuse the code only after it has been read.
 */
function headOf(source) {
  const digest = source.slice('/*'.length, '/*'.length + digestLength);
  return `${digest}-${cachedDataVersionTag().toString(16).padStart(8, '0')}`;
}

/** What follows the head in a file of compiled code. Undefined if there is no file, or it belongs to another bundle or Node. */
function compiledCode(read, head) {
  try {
    const file = read();
    return file.latin1Slice(0, head.length) === head ? file.subarray(head.length) : undefined;
  } catch {
    return undefined;
  }
}

/** The code that a script has compiled so far, as a file for the next process. */
function compiledFile(script, source) {
  return Buffer.concat([Buffer.from(headOf(source)), script.createCachedData()]);
}

exports.compiledFile = compiledFile;
