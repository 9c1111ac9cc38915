// Pins the wheels that pipe downloads: asks the Python package index for the name, the sha256 and the size of each file that the sources choose,
// and reads the directory at the wheel's end for the size of the members that are unpacked.
//   wheels.mjs          writes src/compute/setup/wheels.json
//   wheels.mjs --check  writes nothing, and fails if it would change. Last, always: --file FILE for another file.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import yauzl from 'yauzl';
import { importSources } from './import-sources.mjs';

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    file: { type: 'string', default: 'src/compute/setup/wheels.json' },
  },
});

/** Read at once: no directory of these wheels is longer. */
const blockBytes = 4 * 2 ** 20;

/** Reads a file of the index a block at a time, so that of hundreds of megabytes only the directory is fetched. */
class RangeReader extends yauzl.RandomAccessReader {
  #url;
  #size;
  #block = { start: 0, bytes: Buffer.alloc(0) };

  constructor(url, size) {
    super();
    this.#url = url;
    this.#size = size;
  }

  read(buffer, offset, length, position, callback) {
    this.#blockWith(position, length).then(
      ({ start, bytes }) => callback(null, bytes.copy(buffer, offset, position - start, position - start + length)),
      callback,
    );
  }

  async #blockWith(position, length) {
    const { start, bytes } = this.#block;
    if (position >= start && position + length <= start + bytes.length) return this.#block;
    const last = Math.min(position + Math.max(length, blockBytes), this.#size) - 1;
    const response = await ask(this.#url, { range: `bytes=${position}-${last}` });
    if (response.status !== 206) throw new Error(`${this.#url} cannot be read in parts`);
    this.#block = { start: position, bytes: Buffer.from(await response.arrayBuffer()) };
    return this.#block;
  }
}

const { wheelChoices, frostWheel, indexUrl } = await sources();
const index = (await indexUrl(process.env)).replace(/\/+$/, '');
const pins = [];
for (const choice of [...wheelChoices, frostWheel]) pins.push(await pin(choice));
const text = `${JSON.stringify(pins, null, 2)}\n`;
if (!options.check) await writeFile(options.file, text);
else if ((await readFile(options.file, 'utf8')) !== text) {
  console.error(`${options.file} is not what ${index} says: run \`npm run wheels\``);
  process.exit(1);
}

/** What the code chooses, and where it looks. */
function sources() {
  const paths = [
    'src/compute/setup/wheels.ts',
    'src/compute/setup/registry.ts',
    'src/data/corruptions/frost-textures.ts',
  ];
  const contents = paths.map((path) => `export * from './${path}';`).join('\n');
  return importSources({ stdin: { contents, resolveDir: process.cwd() } });
}

/** The one wheel of a version for a processor, or for all: for Python 3.11, or for every Python. */
async function pin({ project, version, machine, members }) {
  const page = `${index}/${project}/`;
  const listing = await ask(page, { accept: 'application/vnd.pypi.simple.v1+json' });
  const begin = `${project.replaceAll('-', '_')}-${version}-`;
  const files = (await listing.json()).files.filter(
    ({ filename }) =>
      filename.startsWith(begin) &&
      (machine === 'any'
        ? filename === `${begin}py3-none-any.whl`
        : /-(cp311-cp311|py3-none)-manylinux/u.test(filename) && filename.endsWith(`_${machine}.whl`)),
  );
  if (files.length !== 1) throw new Error(`${page} lists ${files.length} wheels of ${version} for ${machine}, not one`);
  const [{ filename, hashes, size, url }] = files;
  const unpackedBytes = await unpacked(new URL(url, listing.url).href, size, members);
  return { project, version, machine, file: filename, sha256: hashes.sha256, bytes: size, unpackedBytes };
}

/** The size of a wheel's members once unpacked, as the directory at its end has it. */
async function unpacked(url, size, members) {
  const archive = await yauzl.fromRandomAccessReaderPromise(new RangeReader(url, size), size);
  let bytes = 0;
  for await (const { fileName, uncompressedSize } of archive.eachEntry()) {
    if (members.test(fileName)) bytes += uncompressedSize;
  }
  if (bytes === 0) throw new Error(`${url} has none of the members that are unpacked`);
  return bytes;
}

async function ask(url, headers) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response;
}
