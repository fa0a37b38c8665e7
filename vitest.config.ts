import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{engine,app,lessons,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
          // Room for a loaded machine: a time never decides a test.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          // After the unit tests: the two have different numbers of workers.
          sequence: { groupOrder: 1 },
          include: ['{engine,scripts}/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file starts a machine of its own (256 MB of guest memory); two at once is what two cores carry.
          maxWorkers: 2,
        },
      },
    ],
  },
});
