// The README's test command: sets up what the tests need, then runs every check and counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_TOOLS } from './setup/debian-packages.mjs';
import { prepare } from './setup/prepare.mjs';
import { main, run, SetupError, step } from './setup/run.mjs';

const results = mkdtempSync(join(tmpdir(), 'drydock-test-'));
const totals = { passed: 0, failed: 0 };

/** Runs one check; a runner that counts its tests gives the counts, another one counts as one. */
async function check(name, command, args, counts) {
  let ok = true;
  await step(name, async () => {
    try {
      await run(command, args);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      ok = false;
    }
  });
  const { passed, failed } = counts?.() ?? { passed: 0, failed: 0 };
  totals.passed += passed + (counts || !ok ? 0 : 1);
  // A runner can fail without a failed test (a file that does not load), and that must count.
  totals.failed += Math.max(failed, ok ? 0 : 1);
}

function vitestCounts(file) {
  return () => {
    const report = readReport(file);
    return { passed: report?.numPassedTests ?? 0, failed: (report?.numFailedTests ?? 0) + (report ? 0 : 1) };
  };
}

function playwrightCounts(file) {
  return () => {
    const stats = readReport(file)?.stats;
    // A flaky test failed once, so it failed.
    return { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 1) + (stats?.flaky ?? 0) };
  };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

await main(async () => {
  await prepare(TEST_TOOLS);
  const vitest = join(results, 'vitest.json');
  const playwright = join(results, 'playwright.json');
  await check('lint', 'npm', ['run', '--silent', 'lint']);
  await check('site', 'npm', ['run', '--silent', 'build']);
  await check('types', 'npm', ['run', '--silent', 'typecheck']);
  await check(
    'unit and integration tests',
    'npx',
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitest}`],
    vitestCounts(vitest),
  );
  process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = playwright;
  await check('browser tests', 'npx', ['playwright', 'test', '--reporter=list,json'], playwrightCounts(playwright));
  rmSync(results, { recursive: true, force: true });
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  if (totals.failed > 0) process.exit(1);
});
