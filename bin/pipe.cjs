#!/usr/bin/env node
// CommonJS, because Node sets up its loader of ES modules only when one is loaded.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { runBundle } = require('./bundle.cjs');

const dist = join(__dirname, '../dist');
if (existsSync(join(dist, 'pipe.cjs'))) {
  runBundle(dist);
} else {
  console.error('pipe is not built yet.\nhint: npm run build');
  process.exitCode = 3;
}
