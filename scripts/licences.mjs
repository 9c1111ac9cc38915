import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of all packages in a build, as one text.
 * @param sources paths of files, relative to the root.
 * @throws if a package does not contain the texts that its licence requires.
 */
export function licences(sources) {
  const packages = new Map();
  for (const source of sources) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u.exec(source) ?? [];
    if (!folder) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(`${name} ${version}`, `${name} ${version} (${license})\n\n${licenceText(folder, license)}`);
  }
  const texts = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text.trim());
  return `Parts of these packages are in the folder dist.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceText(folder, license) {
  const file = readdirSync(folder).find((name) => /^licen[sc]e/iu.test(name));
  if (file) return readFileSync(join(folder, file), 'utf8');
  const [section] = /^#*\s*licen[sc]e\b[\s\S]*copyright[\s\S]*/imu.exec(readme(folder)) ?? [];
  if (section) return section;
  // TensorFlow.js: each of its files begins with its copyright, which bundles keep.
  if (license === 'Apache-2.0') return 'The text of this licence is in the file LICENSE.';
  throw new Error(`${folder} is bundled, but its licence was not found`);
}

function readme(folder) {
  const file = readdirSync(folder).find((name) => /^readme/iu.test(name));
  return file ? readFileSync(join(folder, file), 'utf8') : '';
}
