import { defineConfig } from '@playwright/test';

/** How long anything may take to show up. Generous, because nothing here is about speed; less when tests are written. */
const PATIENCE = Number(process.env['NEXFLOW_PATIENCE'] ?? 60) * 1000;

export default defineConfig({
  testDir: 'workbench',
  testMatch: '*.e2e.ts',
  outputDir: 'out/failures',
  // Two workbenches at a time, for they wait more than they compute. More are too heavy: a machine that swaps fails tests that are right.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: PATIENCE },
  reporter: [['list'], ['json', { outputFile: 'out/results.json' }]],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    actionTimeout: PATIENCE,
    // Traces slow the workbench down several times; ask for them when a failure needs them.
    trace: process.env['NEXFLOW_TRACE'] === undefined ? 'off' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['NEXFLOW_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-sync',
      ],
    },
  },
});
