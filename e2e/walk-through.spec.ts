import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

test('the first lesson from build to history, typed in a terminal', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();

  await expect(lab.lesson).toContainText('immutable');
  await expect(lab.editor).toContainText('FROM alpine:latest');

  const build = await lab.run('docker build -t myapp .');
  expect(build).toContain('FINISHED');
  expect(build).toContain('naming to docker.io/library/myapp');
  await expect(lab.xray.getByText('myapp:latest').first()).toBeVisible();

  expect(await lab.run('docker run -d --name mycontainer myapp')).toMatch(/^[0-9a-f]{64}$/);
  const ps = await lab.run('docker ps');
  expect(ps).toMatch(/^CONTAINER ID\s+IMAGE\s+COMMAND\s+CREATED\s+STATUS\s+PORTS\s+NAMES/);
  expect(ps).toMatch(/myapp\s+"\.\/app"\s+.*Up .*\s+mycontainer/);
  await expect(lab.xray.getByText('mycontainer').first()).toBeVisible();

  await lab.run('docker exec -it mycontainer /bin/sh', { prompt: '/ #' });
  await lab.run('echo "Updated content" > file.txt', { prompt: '/ #' });
  // The picture shows it while the shell is still open, before anything asks the engine for a diff.
  await expect(lab.xray.getByText('file.txt').first()).toBeVisible();
  await lab.run('exit');

  expect(await lab.run('docker diff mycontainer')).toMatch(/^A \/file\.txt$/m);
  expect(await lab.run('docker commit mycontainer myapp:v2')).toMatch(/^sha256:[0-9a-f]{64}$/);
  await expect(lab.xray.getByText('myapp:v2').first()).toBeVisible();

  expect(await lab.run('docker run --rm myapp:v2 cat file.txt')).toBe('Updated content');
  expect(await lab.run('docker run --rm myapp cat file.txt')).toMatch(/file\.txt.*No such file or directory/);
  expect(
    await lab.run('docker stop mycontainer && docker start mycontainer && docker exec mycontainer cat file.txt'),
  ).toBe('mycontainer\nmycontainer\nUpdated content');
  const history = await lab.run('docker history myapp:v2');
  expect(history).toMatch(/^IMAGE\s+CREATED\s+CREATED BY\s+SIZE\s+COMMENT/);
  expect(history).toMatch(/COPY \. \. # buildkit/);
});

test('files in the editor and files in the terminal are the same files', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();
  expect(await lab.run('cat Dockerfile')).toBe('FROM alpine:latest\nCOPY . .\nCMD ["./app"]');

  await lab.run('echo "# from the terminal" >> Dockerfile');
  await expect(lab.editor).toContainText('# from the terminal');

  await lab.editor.getByText('FROM alpine:latest').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# from the editor\n');
  await expect.poll(() => lab.run('cat Dockerfile')).toContain('# from the editor');
});

test('a broken machine is said, and a restart keeps images and workspace', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();
  await lab.run('docker build -t myapp .');
  await lab.run('echo kept > note.txt');
  await page.getByRole('button', { name: 'Restart machine' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: /restart/i });
  if (await confirm.isVisible()) await confirm.click();
  await expect.poll(() => lab.screen()).toMatch(/The machine was restarted\.[\s\S]*lab:~\/project\$\s*$/);
  expect(await lab.run('cat note.txt')).toBe('kept');
  expect(await lab.run('docker images')).toMatch(/myapp\s+latest/);
  expect(await lab.run('docker run --rm myapp cat note.txt')).toMatch(/No such file/);
});
