import { defineConfig } from 'vitest/config';

/** The comparison with a live Keras, which needs a Python and 2 GB: run on wish. */
export default defineConfig({
  test: {
    include: ['tests/remotes/**/*.test.ts'],
    globalSetup: ['tests/support/build.ts'],
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
  },
});
