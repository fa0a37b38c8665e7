import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lab, startLab } from '../testing/lab.ts';

// What the images have in common, on a machine; what each can do is tested in its own folder.
vi.setConfig({ testTimeout: 600_000 });

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

it('runs hello-world', async () => {
  const { code, stdout, stderr } = await lab.docker('run', '--rm', 'hello-world');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^\nHello from a container!\n.*docker run -it debian bash\n\n$/s),
  ]);
  expect(stderr).toContain("Note: this hello-world is the lab's own");
  const size = Number(await lab.succeed('image', 'inspect', '--format', '{{.Size}}', 'hello-world'));
  expect(size).toBeLessThan(50_000);
});

it.each([
  ['alpine', /^\/ # sh\nNAME="Drydock's stand-in for Alpine Linux"\n/],
  ['busybox:1.35', /^\/ # sh\nNAME="Drydock's stand-in for the busybox image"\n/],
])('runs %s', async (image, said) => {
  expect(await lab.succeed('run', '--rm', image, 'sh', '-c', 'echo "$PWD # $0"; cat /etc/os-release')).toMatch(said);
  expect(await lab.succeed('run', '--rm', image, 'busybox')).toMatch(/^BusyBox v1\.35\.0 \(Debian/);
});

it('brings what stands on debian without what debian has', async () => {
  await lab.succeed('pull', 'debian:bookworm-slim');
  const layers = async (image: string): Promise<readonly string[]> =>
    JSON.parse(await lab.succeed('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image));
  const [shared] = await layers('debian:bookworm-slim');
  for (const image of ['gcc', 'nginx', 'python:3-slim']) {
    const pulled = await lab.succeed('pull', image);
    expect(pulled.match(/: Already exists$/gm), image).toHaveLength(1);
    expect(pulled.match(/: Pull complete$/gm), image).toHaveLength(1);
    expect(await layers(image)).toEqual([shared, expect.stringMatching(/^sha256:/)]);
  }
});

it.each([
  ['gcc', 'tcc', '/usr/bin/tcc'],
  ['nginx', 'nginx', '/usr/sbin/nginx'],
  ['python:3-slim', 'python3.11-minimal', '/usr/bin/python3.11'],
])('tells dpkg what %s has, and what is below it', async (image, name, path) => {
  const script = `dpkg -S ${path} /bin/bash; dpkg -s ${name} bash | grep ^Status; dpkg --audit; dpkg -L ${name} | grep -x ${path}`;
  expect(await lab.succeed('run', '--rm', image, 'bash', '-ec', script)).toBe(
    `${name}: ${path}\nbash: /bin/bash\nStatus: install ok installed\nStatus: install ok installed\n${path}\n`,
  );
});

it('says what there is when asked for something else', async () => {
  const all = 'alpine, busybox, debian, gcc, hello-world, nginx, python';
  const { code, stderr } = await lab.docker('pull', 'redis');
  expect(code).toBe(1);
  expect(stderr).toContain(`pull access denied for redis, repository does not exist`);
  expect(stderr).toContain(`Images that can be pulled here: ${all}\n`);
  expect((await lab.docker('pull', 'debian:trixie')).stderr).toContain(
    'manifest for debian:trixie not found: manifest unknown: manifest unknown. Tags of debian that can be pulled here: bookworm-slim, bookworm, 12-slim, 12, latest\n',
  );
});
