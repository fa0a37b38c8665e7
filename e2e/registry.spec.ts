import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

test('the tab has a registry: push, remove, pull, and ask it', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();
  await lab.run('docker build -t localhost:5000/me/app .');
  const id = await lab.run('docker images -q --no-trunc localhost:5000/me/app');

  const pushed = await lab.run('docker push localhost:5000/me/app');
  expect(pushed).toContain('The push refers to repository [localhost:5000/me/app]');
  expect(pushed).toMatch(/[0-9a-f]{12}: Pushed/);
  const digest = /latest: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(pushed)?.[1] ?? 'none';
  expect(await lab.run('docker push localhost:5000/me/app')).toMatch(/[0-9a-f]{12}: Layer already exists/);
  await lab.run('docker tag localhost:5000/me/app localhost:5000/me/copy');
  expect(await lab.run('docker push localhost:5000/me/copy')).toMatch(/[0-9a-f]{12}: Mounted from me\/app/);

  expect(await lab.run('wget -qO- localhost:5000/v2/_catalog')).toBe('{"repositories":["me/app","me/copy"]}');
  expect(await lab.run('wget -qO- localhost:5000/v2/me/app/tags/list')).toBe('{"name":"me/app","tags":["latest"]}');

  await lab.run('docker rmi localhost:5000/me/app localhost:5000/me/copy');
  const pulled = await lab.run('docker pull localhost:5000/me/app');
  expect(pulled).toContain('latest: Pulling from me/app');
  expect(pulled).toContain(`Digest: ${digest}`);
  expect(pulled).toContain('Status: Downloaded newer image for localhost:5000/me/app:latest');
  expect(await lab.run('docker images -q --no-trunc localhost:5000/me/app')).toBe(id);
  expect(await lab.run("docker images --digests --format '{{.Digest}}' localhost:5000/me/app")).toBe(digest);
  await expect(lab.xray.getByText('localhost:5000/me/app').first()).toBeVisible();
});

test('what cannot be pushed or pulled says what can be done', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();
  await lab.run('docker pull -q alpine');
  expect(await lab.status('docker push alpine')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/denied: requested access[\s\S]*docker push\s+localhost:5000\/alpine/),
  });
  expect(await lab.status('docker pull localhost:5000/nothing')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/manifest for localhost:5000\/nothing:latest not\s+found: manifest\s+unknown/),
  });
  expect(await lab.status('docker pull registry.example/a')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/registry registry\.example cannot be reached from here/),
  });
  expect(await lab.run('docker search busy')).toMatch(/^NAME\s+DESCRIPTION\s+STARS\s+OFFICIAL\s[\s\S]*\nbusybox\s/);
});
