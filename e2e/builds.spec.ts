import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

// What the X-ray shows of builds: what was cached, why the rest was not, where one failed.

let lab: LessonPage;

test.beforeEach(async ({ page }) => {
  lab = new LessonPage(page);
  await lab.open();
});

const newest = () => lab.xray.getByRole('region', { name: 'Newest build' });
const layer = (instruction: string) => lab.xray.getByRole('button', { name: `Layer ${instruction}` });
const text = async (): Promise<string> => {
  await lab.xray.getByRole('button', { name: 'Text' }).click();
  const items = await lab.xray.getByRole('treeitem').allTextContents();
  await lab.xray.getByRole('button', { name: 'Layers' }).click();
  return items.join('\n');
};

test('says of each step whether it was cached, and if not, why', async () => {
  await lab.run('docker build -t myapp .');
  await expect(newest()).toContainText('Built myapp:latest 1 step built');
  await expect(layer('COPY . .')).toHaveAccessibleName(/, first build,/);

  await lab.run('docker build -t myapp .');
  await expect(newest()).toContainText('1 step cached');
  await expect(layer('COPY . .')).toHaveAccessibleName(/, CACHED,/);
  expect(await text()).toMatch(/^layer COPY \. \., [\d.]+kB, CACHED$/m);

  const flag = lab.xray.getByRole('button', { name: 'Image myapp:latest' });
  const node = await flag.elementHandle();
  const before = await flag.boundingBox();
  await lab.run('echo "# changed" >> app');
  await lab.run('docker build -t myapp .');
  await expect(newest()).toContainText('1 step built');
  await expect(lab.xray.getByRole('button', { name: /^Layer COPY \. \., app changed,/ })).toBeVisible();
  await expect(lab.xray.getByRole('status').filter({ hasText: 'COPY . .: app changed.' })).toBeAttached();
  // The image before has lost its name, and is still there: the very flag has moved.
  expect(await node?.evaluate((element) => element.isConnected)).toBe(true);
  await expect.poll(async () => (await flag.boundingBox())?.x).not.toBe(before?.x);
  await expect(lab.xray.getByRole('button', { name: 'Image <none>' })).toBeVisible();
  expect(await text()).toMatch(/^layer COPY \. \., [\d.]+kB, app changed$/m);

  await newest().getByRole('button', { name: 'Put the build away' }).click();
  await expect(newest()).toBeHidden();
  await expect(layer('COPY . .').last()).not.toHaveAccessibleName(/app changed/);
});

test('names the build argument that changed', async () => {
  await lab.run("printf 'FROM alpine\\nARG WHO=you\\nRUN echo $WHO > /who\\n' > Dockerfile");
  await lab.run('docker build -t greet .');
  await lab.run('docker build -t greet --build-arg WHO=me .');
  await expect(layer('RUN echo $WHO > /who').last()).toHaveAccessibleName(/, build argument WHO changed,/);
});

test('keeps a step that failed, with its line and its output, until the next build', async () => {
  await lab.run('cp Dockerfile good');
  await lab.run("printf 'FROM alpine\\nCOPY app /\\n\\nRUN echo half && nosuch\\nRUN true\\n' > Dockerfile");
  await lab.run('docker build -t myapp .');
  await expect(newest()).toContainText('Build failed on line 4: RUN echo half && nosuch');
  await expect(newest()).toContainText('did not complete successfully: exit code: 127');
  await expect(lab.xray.getByRole('status').filter({ hasText: 'failed on line 4' })).toBeAttached();
  await expect(layer('COPY app /')).toHaveAccessibleName(/first build/);
  const step = lab.xray.getByRole('button', { name: 'Step RUN echo half && nosuch, failed, line 4' });
  await step.click();
  const inspector = lab.xray.getByRole('region', { name: 'Inspector' });
  await expect(inspector).toContainText('half\n/bin/sh: nosuch: not found');
  await expect(inspector.getByRole('listitem').last()).toContainText('RUN truenot reached');
  expect(await text()).toMatch(/^RUN echo half && nosuch, failed, line 4$/m);

  await lab.run('mv good Dockerfile');
  await lab.run('docker build -t myapp .');
  await expect(newest()).toContainText('Built myapp:latest');
  await expect(step).toBeHidden();
});

test('a Dockerfile that cannot be read says on which line', async () => {
  await lab.run("printf 'FROM alpine\\nCOPPY . .\\n' > Dockerfile");
  await lab.run('docker build .');
  await expect(newest()).toContainText('Build failed on line 2');
  await expect(newest()).toContainText('unknown instruction: COPPY (did you mean COPY?)');
});

test('stages stand side by side, and what nobody needs is said to be not built', async () => {
  await lab.run(
    "printf 'FROM alpine AS tools\\nRUN mkdir /out; echo made > /out/made\\n\\nFROM alpine AS spare\\nRUN true\\n\\nFROM alpine\\nCOPY --from=tools /out/made /\\n' > Dockerfile",
  );
  await lab.run('docker build -t multi .');
  await expect(newest()).toContainText('spare not needed, so not built');
  const [tools, copied] = await Promise.all([
    layer('RUN mkdir /out; echo made > /out/made').boundingBox(),
    layer('COPY --from=tools /out/made /').boundingBox(),
  ]);
  expect(tools?.y).toBe(copied?.y);
  await expect(lab.xray.getByRole('button', { name: 'stage tools' })).toContainText('in the build cache only');
  await expect(lab.xray.getByRole('button', { name: 'Image multi:latest' })).toBeVisible();
  await expect(lab.xray.getByText('RUN true')).toBeHidden();
  expect(await text()).toMatch(/^stage spare, not built: nothing that was asked for needs it$/m);

  await newest().getByRole('button', { name: 'Steps' }).click();
  const stage = (name: string) => lab.xray.getByRole('region', { name: `Stage ${name}` });
  await expect(stage('tools')).toContainText('RUN mkdir /out; echo made > /out/made');
  await expect(stage('spare')).toContainText('Not built');
  await expect(stage('stage-2')).toContainText('becomes the image');
});
