import { defineConfig } from '@playwright/test';
import { CHROMIUM } from './scripts/chromium.ts';

const PORT = Number(process.env.E2E_PORT ?? 3210);

export default defineConfig({
  testDir: 'e2e',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // One machine at a time: each test's tab runs a whole guest, and timing is part of what is seen.
  workers: 1,
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: CHROMIUM,
  },
  webServer: {
    command: `PORT=${PORT} node --import tsx scripts/serve.ts`,
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
  },
});
