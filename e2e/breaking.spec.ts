import { expect, type Page, test } from '@playwright/test';
import { LessonPage, PROMPT } from './terminal.ts';

// Some of these keep the machine as busy as it can be for as long as they are let.
test.setTimeout(180_000);

let lab: LessonPage;

test.beforeEach(async ({ page }) => {
  lab = new LessonPage(page);
  await lab.open();
});

/** The page does what it is told, whatever the machine is doing: its theme turns, and its lesson is there. */
async function expectPageAlive(page: Page): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.dataset.theme ?? '');
  await page.getByRole('button', { name: /theme/i }).first().click();
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme ?? '')).not.toBe(before);
  await expect(lab.lesson).toContainText('immutable');
}

/** An image and a file that must be there after a restart. */
async function makeKeepsakes(): Promise<void> {
  await lab.run('docker build -q -t myapp . && echo kept > note.txt');
  // The page says what the workspace holds as soon as it does.
  await expect(lab.editor.getByText('note.txt').first()).toBeVisible();
}

async function expectKeepsakes(): Promise<void> {
  expect(await lab.run('cat note.txt')).toBe('kept');
  expect(await lab.run('cat Dockerfile')).toContain('FROM alpine:latest');
  expect(await lab.run('docker images')).toMatch(/^myapp\s+latest/m);
  expect(await lab.run('docker run --rm myapp echo runs')).toBe('runs');
}

test('rm -rf / on the host', async ({ page }) => {
  await makeKeepsakes();
  // A second of stillness is what makes a workspace worth keeping.
  await page.waitForTimeout(1500);
  const wiped = 'lab:/root/project$';
  expect(await lab.run('rm -rf / 2>/dev/null', { prompt: wiped })).toBe('');
  expect(await lab.run('docker ps', { prompt: wiped })).toContain('docker: not found');
  await expectPageAlive(page);
  await lab.restart();
  await expectKeepsakes();
});

test('a kernel panic', async ({ page }) => {
  await makeKeepsakes();
  await lab.run('docker run -d --name web myapp');
  await lab.type('echo c > /proc/sysrq-trigger\n');
  const banner = page.getByRole('alert').filter({ hasText: 'The machine has stopped.' });
  await expect(banner).toContainText('Kernel panic - not syncing: sysrq triggered crash');
  await expect(banner).toContainText('Your files and images are kept');
  await expect(page.getByText('Machine stopped', { exact: true })).toBeVisible();
  await expectPageAlive(page);
  await banner.getByRole('button', { name: 'Restart machine' }).click();
  await lab.restarted();
  await expect(banner).toBeHidden();
  await expectKeepsakes();
  expect(await lab.run('docker ps -a')).toMatch(/myapp.*Exited \(\d+\).*web/);
});

test('kill -9 1 does nothing, on the host and in a container', async () => {
  await lab.run('kill -9 1');
  expect(await lab.run('docker run --rm alpine sh -c "kill -9 1; echo still here" 2>&1 | tail -1')).toBe('still here');
});

test('a fork bomb in a container', async ({ page }) => {
  await lab.run('docker run -d --name bomb alpine sh -c "f() { f | f & }; f; sleep 1000"');
  await page.waitForTimeout(4000);
  await expectPageAlive(page);
  expect(await lab.run('docker ps')).toMatch(/\sbomb$/m);
  expect(await lab.run('docker rm -f bomb')).toBe('bomb');
  expect(await lab.run('docker run --rm alpine echo runs')).toBe('runs');
});

test('a fork bomb on the host', async ({ page }) => {
  await makeKeepsakes();
  await page.waitForTimeout(1500);
  await lab.type('f() { f | f & }; f\n');
  await page.waitForTimeout(4000);
  await expectPageAlive(page);
  await lab.restart();
  await expectKeepsakes();
});

test('a container that eats memory', async () => {
  const hog = 'a=x; while :; do a=$a$a; done';
  await lab.run('docker pull -q alpine');
  const limited = await lab.status(`docker run --name small --memory 16m alpine sh -c '${hog}'`);
  expect(limited.code).toBe(137);
  expect(await lab.run("docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' small")).toBe('true 137');
  const unlimited = await lab.status(`docker run --name large alpine sh -c '${hog}'`);
  expect(unlimited.code).toBe(137);
  expect(await lab.run('docker run --rm alpine echo runs')).toBe('runs');
});

test('a flood of output ends with Ctrl+C', async ({ page }) => {
  await lab.type('yes flood\n');
  await expect.poll(() => lab.screen()).toMatch(/(flood\n){50}/);
  await page.waitForTimeout(1000);
  await expectPageAlive(page);
  await lab.press('Control+c');
  await expect.poll(() => lab.screen(), { timeout: 60_000 }).toMatch(new RegExp(`\\^C\\n${literal(PROMPT)}$`));
  // The flood has filled the scrollback, and `run` needs to see it grow: a reset of the terminal empties it.
  await lab.type(`${String.raw`printf '\033c'`}\n`);
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`^\\s*${literal(PROMPT)}\\s*$`));
  expect(await lab.run('echo calm')).toBe('calm');
});

test('full disks', async ({ page }) => {
  const full = (where: string) => lab.run(`dd if=/dev/zero of=${where} bs=1M 2>&1 | head -1`);
  expect(await full('/tmp/big')).toContain('No space left on device');
  expect(await lab.run('rm /tmp/big; echo $?')).toBe('0');
  // The workspace is the page's memory, and what is in it is shown in the editor.
  expect(await full('big')).toContain('No space left on device');
  await expectPageAlive(page);
  expect(await lab.run('rm big; echo $?')).toBe('0');
  expect(await lab.run('cat Dockerfile')).toContain('FROM alpine:latest');
  expect(
    await lab.run('docker run --name full alpine dd if=/dev/zero of=/big bs=1M 2>&1 | grep -c "No space left"'),
  ).toBe('1');
  expect(await lab.run('docker rm full')).toBe('full');
  expect(await lab.run('docker run --rm alpine echo runs')).toBe('runs');
});

test('Ctrl+C ends a container in the foreground, and logs that are followed', async () => {
  await lab.run('docker build -q -t myapp .');
  // What ignores SIGINT as the first process of a container is another matter: this one listens.
  await lab.type(
    `docker run --name fore alpine sh -c 'trap "echo caught; exit 3" INT; while :; do echo tick; sleep 1; done'\n`,
  );
  await expect.poll(() => lab.screen()).toMatch(/tick\ntick/);
  await lab.press('Control+c');
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`caught\\n${literal(PROMPT)}$`));
  expect(await lab.run('echo $?')).toBe('3');
  expect(await lab.run('docker ps -a')).toMatch(/Exited \(3\).*fore/);

  await lab.run('docker run -d --name back myapp');
  await lab.type('docker logs -f back\n');
  await expect.poll(() => lab.screen()).toMatch(/docker logs -f back\n(.+\n){2}/);
  await lab.press('Control+c');
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`\\^C\\n*${literal(PROMPT)}$`));
  expect(await lab.run("docker inspect -f '{{.State.Status}}' back")).toBe('running');
});

test('a shell in a container has the size of the terminal, also after it changed', async ({ page }) => {
  await lab.run('docker run -d --name web alpine sleep 1000');
  const size = await lab.run('stty size');
  expect(size).toMatch(/^\d+ \d+$/);
  const inside = { prompt: '/ #' };
  await lab.run('docker exec -it web sh', inside);
  expect(await lab.run('stty size', inside)).toBe(size);
  await page.setViewportSize({ width: 1700, height: 1000 });
  await expect.poll(() => lab.run('stty size', inside)).not.toBe(size);
  const wider = await lab.run('stty size', inside);
  await lab.type('exit 9\n');
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`exit 9\\n${literal(PROMPT)}$`));
  expect(await lab.run('echo $?')).toBe('9');
  expect(await lab.run('stty size')).toBe(wider);
});

test('the shell is a shell: history, completion, pipes, substitution, here-documents, typing ahead', async () => {
  await lab.run('docker run -d --name one alpine sleep 1000');
  await lab.run('docker run -d --name two alpine sleep 1000');
  expect(await lab.run('docker ps -q | wc -l')).toBe('2');
  expect(await lab.run('docker rm -f $(docker ps -q) | wc -l')).toBe('2');
  expect(await lab.run('for n in 1 2; do docker run --rm alpine echo $n; done')).toBe('1\n2');
  expect(await lab.run('echo piped | docker run -i --rm alpine cat')).toBe('piped');

  await lab.type('docker run -i --rm alpine sh <<EOF\necho from a document\n');
  // Each line of it has been taken when the shell asks for the next.
  await expect.poll(() => lab.screen()).toMatch(/> echo from a document\n>$/);
  expect(await lab.run('EOF')).toBe('from a document');

  await lab.run('echo remembered');
  await lab.press('ArrowUp');
  expect(await lab.run('')).toBe('remembered');
  await lab.type('cat Dock');
  await lab.press('Tab');
  expect(await lab.run('')).toContain('FROM alpine:latest');

  await lab.run('docker run -it --rm alpine sh', { prompt: '/ #' });
  await lab.type('exit 42\n');
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`exit 42\\n${literal(PROMPT)}$`));
  expect(await lab.run('echo $?')).toBe('42');

  // The second is typed while the first still runs.
  await lab.type('sleep 1; docker run --rm alpine echo first\necho second\n');
  await expect.poll(() => lab.screen()).toMatch(new RegExp(`\\nfirst\\n[\\s\\S]*\\nsecond\\n${literal(PROMPT)}$`));
});

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
