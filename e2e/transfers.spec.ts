import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { LESSON, LessonPage } from './terminal.ts';

// Pulls and pushes in the X-ray: bars fill by bytes, and layers that are there already do not.

let slow: Server;

/** The site as over a slow line: blobs of its registry come in pieces, with pauses between. */
test.beforeAll(async ({ baseURL }) => {
  slow = createServer(async (request, response) => {
    const answer = await fetch(`${baseURL}${request.url}`, { redirect: 'manual' });
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    const location = answer.headers.get('location');
    response.writeHead(answer.status, { 'Content-Type': type, ...(location && { Location: location }) });
    const body = Buffer.from(await answer.arrayBuffer());
    const piece = /\/blobs\//.test(request.url ?? '') ? Math.ceil(body.length / 8) : body.length;
    for (let at = 0; at < body.length; at += piece) {
      response.write(body.subarray(at, at + piece));
      if (piece < body.length) await new Promise((resolve) => setTimeout(resolve, 400));
    }
    response.end();
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
});

test.afterAll(() => {
  slow.closeAllConnections();
  slow.close();
});

test('a pull fills its bars by bytes', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open(`http://127.0.0.1:${(slow.address() as AddressInfo).port}${LESSON}`);
  await lab.type('docker pull busybox\n');
  const bar = lab.xray.getByRole('button', { name: /^Layer [0-9a-f]{12}, Downloading \d+ %/ });
  await expect(bar).toBeVisible();
  await expect(lab.xray.getByText('being pulled')).toBeVisible();
  const filled = () => bar.locator('.layer-fill').evaluate((fill) => fill.getBoundingClientRect().width);
  const first = await filled();
  await expect.poll(filled).toBeGreaterThan(first);
  await expect(lab.xray.getByRole('button', { name: 'Image busybox:latest' })).toBeVisible();
  await expect(lab.xray.getByText('being pulled')).toBeHidden();
  await expect(lab.xray.getByRole('button', { name: /^Layer .*, Pull complete,/ })).toBeVisible();
  await expect(lab.xray.getByRole('status')).toContainText(['', 'Pulled busybox:latest: 1 layer fetched.']);
});

test('a push sends what is not there yet, and a pull fetches what is not here', async ({ page }) => {
  const lab = new LessonPage(page);
  await lab.open();
  await lab.run('docker build -q -t localhost:5000/app .');
  await lab.run('docker push -q localhost:5000/app');
  const news = lab.xray.getByRole('status').last();
  await expect(news).toContainText('Pushed localhost:5000/app:latest: 2 layers sent');
  await expect(lab.xray.getByRole('button', { name: /^Layer COPY \. \., Pushed,/ })).toBeVisible();

  await lab.run('docker run --name writer localhost:5000/app touch /more');
  await lab.run('docker commit writer localhost:5000/app:2');
  await lab.run('docker push -q localhost:5000/app:2');
  await expect(news).toContainText('Pushed localhost:5000/app:2: 1 layer sent, 2 already there');
  await expect(lab.xray.getByRole('button', { name: /^Layer .*, Layer already exists,/ })).toHaveCount(2);

  await lab.run('docker rm writer; docker rmi localhost:5000/app:2');
  await lab.run('docker pull -q localhost:5000/app:2');
  await expect(news).toContainText('Pulled localhost:5000/app:2: 1 layer fetched, 2 already here');
  await expect(lab.xray.getByRole('button', { name: /^Layer .*, Already exists,/ })).toHaveCount(2);
  await lab.xray.getByRole('button', { name: 'Text' }).click();
  await expect(lab.xray.getByRole('treeitem', { name: /^layer docker commit, .*, Pull complete$/ })).toBeVisible();

  await lab.run('docker pull -q localhost:5000/nosuch');
  await expect(news).toContainText('The pull of localhost:5000/nosuch:latest failed');
});
