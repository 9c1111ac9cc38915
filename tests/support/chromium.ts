import { existsSync } from 'node:fs';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A browser of this machine; undefined if there is none. `PIPE_TEST_CHROMIUM` names another. */
export const chromiumPath = [process.env['PIPE_TEST_CHROMIUM'], ...usual].find(
  (path) => path !== undefined && existsSync(path),
);

/** It runs without a sandbox, which containers forbid, and without dialogs. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
