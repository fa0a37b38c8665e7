import { expect, type Page, type Route, test } from '@playwright/test';
import { LESSON, LessonPage, PROMPT } from './terminal.ts';

const STATE = '**/guest/state-*';
const WORKER = '**/engine/worker-*.js';

/** The failure is told in the terminal, and the lesson can be read all the same. */
async function expectFailure(page: Page, what: string | RegExp, why: string | RegExp): Promise<void> {
  const lab = new LessonPage(page);
  const alert = lab.terminal.getByRole('alert');
  await expect(alert).toContainText(what, { timeout: 60_000 });
  await expect(alert).toContainText(why);
  await expect(alert.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(page.getByText('Engine not started')).toBeVisible();
  await expect(lab.lesson.getByRole('heading', { level: 2 }).first()).toHaveText('Images and containers');
  await expect(lab.lesson).toContainText('immutable');
}

/** The way out that the message offers leads out, once the cause is gone. */
async function expectRetryWorks(page: Page): Promise<void> {
  const lab = new LessonPage(page);
  await lab.terminal.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => lab.screen().catch(() => ''), { timeout: 60_000 }).toContain(PROMPT);
  expect(await lab.run('echo works')).toBe('works');
}

test('without WebAssembly', async ({ page }) => {
  await page.addInitScript(() => {
    if (!sessionStorage.getItem('allowed')) Reflect.deleteProperty(globalThis, 'WebAssembly');
  });
  await page.goto(LESSON);
  await expectFailure(page, 'This browser does not run WebAssembly.', /allow WebAssembly for this site/);
  await page.evaluate(() => sessionStorage.setItem('allowed', 'yes'));
  await expectRetryWorks(page);
});

const FAULTS: Readonly<Record<string, { readonly why: RegExp; answer(route: Route): Promise<void> }>> = {
  'cannot be reached': { why: /state-\S+ could not be fetched: .*fetch/i, answer: (route) => route.abort() },
  'is missing': {
    why: /state-\S+ could not be fetched: the server answered 404/,
    answer: (route) => route.fulfill({ status: 404, body: 'Not found' }),
  },
  'ends early': {
    why: /state-\S+ could not be fetched: it ended after 1000 of \d+ bytes/,
    answer: async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.body()).subarray(0, 1000) });
    },
  },
  'is damaged': {
    why: /./,
    answer: async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.body()).fill(7, 1000, 100_000) });
    },
  },
};

for (const [name, { why, answer }] of Object.entries(FAULTS)) {
  test(`the saved machine ${name}`, async ({ page }) => {
    await page.route(STATE, answer);
    await page.goto(LESSON);
    const what = name === 'is damaged' ? 'The machine did not start.' : 'A part of the machine could not be fetched.';
    await expectFailure(page, what, why);
    await page.unroute(STATE);
    await expectRetryWorks(page);
  });
}

test("the engine's program is missing", async ({ page }) => {
  await page.route(WORKER, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await page.goto(LESSON);
  await expectFailure(page, 'A part of the machine could not be fetched.', /could not be loaded from \S*worker-/);
  await page.unroute(WORKER);
  await expectRetryWorks(page);
});

test('without workers', async ({ page }) => {
  await page.addInitScript(() => {
    if (!sessionStorage.getItem('allowed')) Reflect.deleteProperty(globalThis, 'Worker');
  });
  await page.goto(LESSON);
  await expectFailure(page, 'This browser did not start a worker for the engine.', /no Web Workers/);
  await page.evaluate(() => sessionStorage.setItem('allowed', 'yes'));
  await expectRetryWorks(page);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('the lesson can be read', async ({ page }) => {
    await page.goto(LESSON);
    const { lesson } = new LessonPage(page);
    await expect(lesson.getByRole('heading', { level: 2 }).first()).toHaveText('Images and containers');
    await expect(lesson).toContainText('immutable');
    await expect(lesson).toContainText('docker build -t myapp .');
  });
});
