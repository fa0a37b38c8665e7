import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

interface Entry {
  readonly name: string;
  readonly tags: readonly string[];
  readonly standIn?: string;
}
const { repositories } = JSON.parse(readFileSync('public/v2/catalog.json', 'utf8')) as {
  readonly repositories: readonly Entry[];
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 360]) {
    test(`the images page, ${colorScheme}, ${width} px, with JavaScript and without`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.goto('/');
      await page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'Images' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Images that can be pulled here');
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, 'nothing sticks out').toBeLessThanOrEqual(0);
      await context.close();

      const plain = await browser.newContext({ colorScheme, javaScriptEnabled: false });
      const still = await plain.newPage();
      await still.goto('/images/');
      for (const { name, tags, standIn } of repositories) {
        const card = still.getByRole('article', { name, exact: true });
        await expect(card).toContainText(`docker pull ${name}`);
        for (const tag of tags) await expect(card.getByText(tag, { exact: true }).first()).toBeVisible();
        if (standIn) await expect(card).toContainText('Stand-in');
      }
      await expect(still.getByRole('button', { name: /^Copy/ })).toHaveCount(0);
      await plain.close();
    });
  }
}

test('what the page tells to pull can be pulled', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/images/');
  await page.getByRole('button', { name: 'Copy: docker pull busybox' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const lab = new LessonPage(page);
  await lab.open();
  await expect(lab.xray.getByRole('link', { name: 'Images that can be pulled' })).toBeVisible();
  expect((await lab.status(command)).code).toBe(0);
  await expect(lab.xray.getByText('busybox:latest').first()).toBeVisible();
});
