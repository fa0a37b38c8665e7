import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

// What the editor says of a Dockerfile: squiggles from the build checks, and which line has become which layer.

let lab: LessonPage;

test.beforeEach(async ({ page }) => {
  lab = new LessonPage(page);
  await lab.open();
  await expect(line('FROM alpine:latest')).toBeVisible();
});

const line = (text: string) => lab.editor.locator('.view-line', { hasText: text });
const warnings = () => lab.editor.locator('.squiggly-warning');
const errors = () => lab.editor.locator('.squiggly-error');

test('a squiggle comes as the learner types, says which rule, mends, and goes', async ({ page }) => {
  await line('COPY . .').click();
  await page.keyboard.press('End');
  await page.keyboard.type('\nrun true');
  await expect(warnings()).toHaveCount(1);

  await page.keyboard.press('Alt+F8');
  await expect(lab.editor).toContainText("Command 'run' should match the case of the command majority (uppercase)");
  await expect(lab.editor.getByRole('link', { name: 'ConsistentInstructionCasing' })).toHaveAttribute(
    'href',
    /docs\.docker\.com\/go\/dockerfile\/rule\/consistent-instruction-casing/,
  );
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.getByText('Change to RUN').click();
  await expect(line('RUN true')).toBeVisible();
  await expect(warnings()).toHaveCount(0);
  // The same table speaks in the terminal.
  expect(await lab.run('docker build . 2>&1 | grep -c ConsistentInstructionCasing')).toBe('0');
});

test('what cannot be read is an error that says what may have been meant', async ({ page }) => {
  await line('COPY . .').click();
  await page.keyboard.press('Home');
  await page.keyboard.type('X');
  await expect(errors()).toHaveCount(1);
  await page.keyboard.press('Alt+F8');
  await expect(lab.editor).toContainText('unknown instruction: XCOPY (did you mean COPY?)');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('Delete');
  await expect(errors()).toHaveCount(0);
});

test('a line lights its layer, and a layer marks its line, while the text is the one that was built', async ({
  page,
}) => {
  await lab.run('docker build -t myapp .');
  const layer = lab.xray.getByRole('button', { name: 'Layer COPY . .' });
  await expect(layer).toHaveAttribute('data-lit', 'false');
  await line('COPY . .').click();
  await expect(layer).toHaveAttribute('data-lit', 'true');
  await expect(line('COPY . .')).toContainText(/layer\s\d,\s[\d.]+kB,\sfirst\sbuild/);
  await page.keyboard.press('ArrowDown');
  await expect(layer).toHaveAttribute('data-lit', 'false');
  await expect(line('CMD')).toContainText(/settings\sonly,\sno\slayer/);
  await page.keyboard.press('Control+Home');
  await expect(line('FROM')).toContainText(/of\sthe\sbase\simage/);

  await layer.click();
  await expect(lab.editor.locator('.line-of-layer')).toHaveCount(1);
  const inspector = lab.xray.getByRole('region', { name: 'Inspector' });
  await expect(inspector.getByRole('button', { name: 'Dockerfile, line 2' })).toBeVisible();

  await line('COPY . .').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' ');
  await expect(lab.editor).toContainText('changed since the build');
  await expect(layer).toHaveAttribute('data-lit', 'false');
  await expect(lab.editor.locator('.line-of-layer')).toHaveCount(0);
  await expect(inspector).toContainText('line 2 of a Dockerfile that has changed since it was built');
  await page.keyboard.press('Backspace');
  await expect(layer).toHaveAttribute('data-lit', 'true');
});

test('the line of a step that failed is marked', async ({ page }) => {
  await lab.run("printf 'FROM alpine\\nRUN nosuch\\n' > Dockerfile");
  await lab.run('docker build -t broken .');
  await expect(errors()).toHaveCount(1);
  await line('RUN nosuch').click();
  await page.keyboard.press('Alt+F8');
  await expect(lab.editor).toContainText('The build failed here: process');
  await lab.run("printf 'FROM alpine\\nRUN true\\n' > Dockerfile");
  await expect(errors()).toHaveCount(0);
});
