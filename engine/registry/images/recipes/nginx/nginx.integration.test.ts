import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withFolder } from '../../testing/build-context.ts';
import { type Lab, startLab } from '../../testing/lab.ts';

vi.setConfig({ testTimeout: 600_000 });

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

/** A request from inside the container's network namespace. */
async function request(container: string, path: string): Promise<string> {
  const script = `exec 3<>/dev/tcp/localhost/80; printf 'GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; cat <&3`;
  return lab.succeed('exec', container, 'bash', '-c', script);
}

/** Once the server says that it has started its workers. */
async function started(container: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { stdout, stderr } = await lab.docker('logs', container);
      expect(stdout + stderr).toContain('start worker process');
    },
    { timeout: 120_000, interval: 500 },
  );
}

it('serves on port 80, logs to its streams, and stops when told', async () => {
  await lab.succeed('run', '-d', '--name', 'web', 'nginx');
  await started('web');
  const page = await request('web', '/');
  expect(page).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: nginx\/1\.22\.1\r\n/);
  expect(page).toContain('Content-Type: text/html');
  expect(page).toContain('<h1>Welcome to nginx!</h1>');
  expect(await request('web', '/missing')).toMatch(/^HTTP\/1\.1 404 Not Found/);
  const { stdout, stderr } = await lab.docker('logs', 'web');
  expect(stdout).toMatch(/^(127\.0\.0\.1|::1) - - \[.*\] "GET \/ HTTP\/1\.0" 200 615 "-" "-"$/m);
  expect(stderr).toMatch(/open\(\) "\/usr\/share\/nginx\/html\/missing" failed/);
  expect(await lab.succeed('exec', 'web', 'bash', '-c', 'cat /proc/[0-9]*/comm | sort | uniq -c')).toMatch(/2 nginx/);
  // By the image's stop signal, QUIT, which lets requests end.
  await lab.succeed('stop', 'web');
  expect(await lab.succeed('inspect', '--format', '{{.State.ExitCode}} {{.Config.StopSignal}}', 'web')).toBe(
    '0 SIGQUIT\n',
  );
  expect((await lab.docker('logs', 'web')).stderr).toMatch(/signal 3 \(SIGQUIT\) received, shutting down/);
});

it('stops on TERM too, and serves what is copied in', async () => {
  const files = { Dockerfile: 'FROM nginx:1.22\nCOPY *.html /usr/share/nginx/html/\n', 'index.html': '<p>mine</p>\n' };
  await withFolder(files, (folder) => lab.succeed('build', '-q', '-t', 'mine', folder));
  await lab.succeed('run', '-d', '--name', 'mine', 'mine');
  await started('mine');
  expect(await request('mine', '/index.html')).toContain('<p>mine</p>');
  await lab.succeed('kill', '--signal', 'TERM', 'mine');
  expect(await lab.succeed('wait', 'mine')).toBe('0\n');
});

it('checks a configuration', async () => {
  const { code, stderr } = await lab.docker('run', '--rm', 'nginx', 'nginx', '-t');
  expect([code, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
});
