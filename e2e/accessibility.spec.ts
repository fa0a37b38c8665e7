import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test('the landing page has no axe violations', async ({ page }) => {
      await page.goto('/');
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    });

    test('the lesson with a build that failed has no axe violations', async ({ page }) => {
      const lab = new LessonPage(page);
      await lab.open();
      await lab.run(
        "printf 'FROM alpine AS tools\\nrun true\\nFROM alpine\\nCOPY app /\\nCOPY --from=tools /etc /x\\nRUN nosuch\\n' > Dockerfile",
      );
      await lab.run('docker build -t broken .');
      await lab.xray.getByRole('button', { name: 'Steps' }).click();
      await expect(lab.xray.getByText('nosuch: not found')).toBeVisible();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await lab.xray.getByRole('button', { name: 'Text' }).click();
      expect((await new AxeBuilder({ page }).analyze()).violations, 'as text').toEqual([]);
      await page.setViewportSize({ width: 360, height: 720 });
      for (const region of ['Editor', 'X-ray']) {
        await page.getByRole('navigation', { name: 'Regions' }).getByText(region).click();
        expect((await new AxeBuilder({ page }).analyze()).violations, region).toEqual([]);
      }
    });

    test('the lesson with an image and a container has no axe violations', async ({ page }) => {
      const lab = new LessonPage(page);
      await lab.open();
      await lab.run('docker run -d --name web alpine sleep 1000');
      await expect(lab.xray.getByText('running').first()).toBeVisible();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await page.setViewportSize({ width: 360, height: 720 });
      for (const region of ['Lesson', 'Editor', 'Terminal', 'X-ray']) {
        await page.getByRole('navigation', { name: 'Regions' }).getByText(region).click();
        await expect(page.getByRole('region', { name: region })).toBeVisible();
        expect((await new AxeBuilder({ page }).analyze()).violations, region).toEqual([]);
      }
    });
  });
}
