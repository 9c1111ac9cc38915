import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** Suites that need more than Node and a C++ compiler, each a folder of `tests`; `npm run test:NAME` runs one. */
const suites = ['browser', 'install', 'keras', 'python', 'reference', 'remotes'];

export default defineConfig({
  test: {
    globalSetup: ['tests/support/build.ts'],
    pool: 'forks',
    // One less by default, which is half of a machine with two cores.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['tests/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...suites.map((name) => `tests/${name}/**`)],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...suites.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`tests/${name}/**/*.test.ts`],
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
        },
      })),
    ],
  },
});
