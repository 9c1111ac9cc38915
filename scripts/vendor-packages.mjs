// Installs the packages of `vendor` without running their scripts, unless they are installed.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = (...folders) => {
  const path = join('vendor', ...folders, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

const missing = Object.entries(manifest().dependencies).filter(
  ([name, version]) => manifest('node_modules', name)?.version !== version,
);
if (missing.length > 0) {
  execFileSync('npm', ['ci', '--prefix', 'vendor', '--ignore-scripts', '--prefer-offline'], { stdio: 'inherit' });
}
