#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

const bundle = new URL('../dist/pipe.mjs', import.meta.url);
if (!existsSync(bundle)) {
  console.error('pipe is not built yet.\nhint: npm run build');
  process.exit(3);
}
// Node 22.1 and later keep compiled code between runs, which halves the time to start.
nodeModule.enableCompileCache?.();
await import(bundle);
