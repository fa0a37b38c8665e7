import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../cli/testing/fake-cli.ts';
import type { Engine } from '../../engine.ts';
import { startEngine } from '../../hosts/node/start-engine.ts';

// Volumes, binds and tmpfs on the real machine, by the command line that learners type.

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
  await build(
    'filled',
    'FROM alpine\nRUN mkdir -p /data/sub && echo hello > /data/hello && chown -R 5:6 /data && chmod 750 /data\n',
  );
  await build('declared', 'FROM alpine\nRUN mkdir /keep && echo image > /keep/file\nVOLUME /keep\n');
});

afterAll(async () => {
  await engine?.stop();
});

beforeEach(async () => {
  const names = (await docker('ps -aq')).stdout.split('\n').filter(Boolean);
  if (names.length > 0) await docker(`rm -f ${names.join(' ')}`);
  await docker('volume prune -af');
});

async function build(tag: string, dockerfile: string): Promise<void> {
  engine.workspace.write('/build/Dockerfile', new TextEncoder().encode(dockerfile));
  const { code, stderr } = await runCli(['build', '-t', tag, '-'], engine, { stdin: dockerfile });
  if (code !== 0) throw new Error(stderr);
}

/** Words are split at spaces; what is in single quotes is one word. */
async function docker(
  line: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const { code, stdout, stderr } = await runCli(words, engine);
  return { code, stdout, stderr };
}

async function output(line: string): Promise<string> {
  const { code, stdout, stderr } = await docker(line);
  if (code !== 0) throw new Error(`docker ${line}: ${code}: ${stderr}`);
  return stdout;
}

describe('a named volume', () => {
  test('keeps what is written in it when its container is gone', async () => {
    await output("run --rm -v notes:/n alpine sh -c 'echo kept > /n/file'");
    expect(await output('run --rm -v notes:/other alpine cat /other/file')).toBe('kept\n');
    expect(await output('volume ls -q')).toBe('notes\n');
  });

  test('is filled from the image the first time, with owner and mode, and never again', async () => {
    const list = "sh -c 'ls -A /data; stat -c %u:%g:%a /data'";
    expect(await output(`run --rm -v first:/data filled ${list}`)).toBe('hello\nsub\n5:6:750\n');
    await output('run --rm -v first:/data filled rm /data/hello');
    expect(await output(`run --rm -v first:/data filled ${list}`)).toBe('sub\n5:6:750\n');
    expect(await output(`run --rm -v second:/data:nocopy filled ls -A /data`)).toBe('');
  });

  test('is one directory for all its containers, at its place on the guest host', async () => {
    await output('run -d --name writer -v shared:/w alpine sleep 1000');
    await output('run -d --name reader -v shared:/r:ro alpine sleep 1000');
    await output("exec writer sh -c 'echo one > /w/file'");
    expect(await output('exec reader cat /r/file')).toBe('one\n');
    const refused = await docker("exec reader sh -c 'echo two > /r/file'");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Read-only file system') });
    const mountpoint = (await output("volume inspect -f '{{.Mountpoint}}' shared")).trim();
    expect(mountpoint).toBe('/var/lib/docker/volumes/shared/_data');
    expect(new TextDecoder().decode(await engine.machine.archive(`${mountpoint}/file`))).toContain('one\n');
  });

  test('is not in the image that a container is committed to, nor in what docker diff lists', async () => {
    await output("run --name cc -v apart:/data alpine sh -c 'echo x > /data/x; echo y > /y'");
    expect(await output('diff cc')).toBe('A /data\nA /y\n');
    await output('commit cc committed');
    expect((await docker('run --rm committed ls -A /data')).stdout).toBe('');
    expect(await output('run --rm committed cat /y')).toBe('y\n');
  });

  test('cannot be removed while a container has it, and is gone for good afterwards', async () => {
    const id = (await output('create --name holder -v held:/h alpine true')).trim();
    expect(await docker('volume rm held')).toMatchObject({
      code: 1,
      stderr: `Error response from daemon: remove held: volume is in use - [${id}]\n`,
    });
    await output('rm holder');
    await output("run --rm -v held:/h alpine sh -c 'echo old > /h/file'");
    expect(await output('volume rm held')).toBe('held\n');
    expect(await output('run --rm -v held:/h alpine ls -A /h')).toBe('');
  });

  test('outlives a restart of the machine', async () => {
    await output("run --rm -v lasting:/l alpine sh -c 'echo still > /l/file'");
    await engine.machine.restart();
    expect(await output('run --rm -v lasting:/l alpine cat /l/file')).toBe('still\n');
  });
});

describe('an anonymous volume', () => {
  test('comes with VOLUME, has the image’s files, and goes with --rm and rm -v only', async () => {
    expect(await output('run --rm declared cat /keep/file')).toBe('image\n');
    expect(await output('volume ls -q')).toBe('');
    await output('create --name plain declared');
    await output('create --name both -v named:/n declared');
    await output('rm plain');
    expect((await output('volume ls -q')).trim().split('\n')).toHaveLength(3);
    await output('rm -v both');
    const left = (await output('volume ls -q')).trim().split('\n');
    expect(left).toHaveLength(2);
    expect(left).toContain('named');
    expect(await output('volume prune -f')).toMatch(
      /^Deleted Volumes:\n[0-9a-f]{64}\n\nTotal reclaimed space: \d+B\n$/,
    );
    expect(await output('volume ls -q')).toBe('named\n');
  });

  test('gives way to a volume, bind or tmpfs asked for at its place', async () => {
    expect(await output('run --rm --tmpfs /keep declared ls -A /keep')).toBe('');
    expect(await output('run --rm -v mine:/keep declared cat /keep/file')).toBe('image\n');
    expect(await output('volume ls -q')).toBe('mine\n');
  });
});

describe('--volumes-from', () => {
  test('takes over all mounts of another container, read-only if asked', async () => {
    await output("run --name source -v sv:/data alpine sh -c 'echo from > /data/f'");
    expect(await output('run --rm --volumes-from source alpine cat /data/f')).toBe('from\n');
    const refused = await docker('run --rm --volumes-from source:ro alpine touch /data/g');
    expect(refused.stderr).toContain('Read-only file system');
    expect(await docker('run --rm --volumes-from nobody alpine true')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('No such container: nobody'),
    });
  });
});

describe('a bind mount', () => {
  test('shows the workspace to the container, both ways', async () => {
    engine.workspace.write('/shared/in', new TextEncoder().encode('from the editor\n'));
    const script = "'cat /w/in; echo from the container > /w/out'";
    expect(await output(`run --rm -v /root/project/shared:/w alpine sh -c ${script}`)).toBe('from the editor\n');
    expect(new TextDecoder().decode(engine.workspace.read('/shared/out'))).toBe('from the container\n');
  });

  test('of one file, and read-only', async () => {
    engine.workspace.write('/one', new TextEncoder().encode('file\n'));
    const bind = '--mount type=bind,source=/root/project/one,target=/etc/one,readonly';
    expect(await output(`run --rm ${bind} alpine cat /etc/one`)).toBe('file\n');
    expect((await docker(`run --rm ${bind} alpine sh -c 'echo x > /etc/one'`)).stderr).toContain(
      'Read-only file system',
    );
  });

  test('makes a missing source for -v, and refuses it for --mount', async () => {
    expect(await output('run --rm -v /srv/made/here:/m alpine ls -A /m')).toBe('');
    expect(await engine.machine.kindOf('/srv/made/here')).toBe('directory');
    expect((await docker('run --rm --mount type=bind,source=/nope,target=/x alpine true')).stderr).toContain(
      'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /nope\n',
    );
  });
});

test('a tmpfs has its size and mode, and goes with the container', async () => {
  const mount = '--mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700';
  const script = "'stat -c %a /t; dd if=/dev/zero of=/t/big bs=1M count=2 2>&1 | grep -o space'";
  expect(await output(`run --rm ${mount} alpine sh -c ${script}`)).toBe('700\nspace\n');
});

test('inspect, ps and df tell of mounts as dockerd does', async () => {
  await output(
    "run --name mm -v vol:/data -v /srv:/h:ro -v /anonymous --mount type=tmpfs,target=/t alpine sh -c 'echo 12345 > /data/f'",
  );
  const mounts = JSON.parse(await output("inspect -f '{{json .Mounts}}' mm")) as { Destination: string }[];
  const byPlace = Object.fromEntries(mounts.map((mount) => [mount.Destination, mount]));
  expect(byPlace).toMatchObject({
    '/data': {
      Type: 'volume',
      Name: 'vol',
      Source: '/var/lib/docker/volumes/vol/_data',
      Driver: 'local',
      Mode: 'z',
      RW: true,
      Propagation: '',
    },
    '/h': { Type: 'bind', Source: '/srv', Mode: 'ro', RW: false, Propagation: 'rprivate' },
    '/anonymous': { Type: 'volume', Driver: 'local', Mode: '', RW: true },
    '/t': { Type: 'tmpfs', Source: '', Mode: '', RW: true },
  });
  expect(await output("ps -a --filter volume=vol --format '{{.Names}}'")).toBe('mm\n');
  expect(await output("ps -a --filter volume=other --format '{{.Names}}'")).toBe('');
  const response = await engine.transport.fetch(new Request('http://engine/system/df'));
  const { Volumes } = (await response.json()) as { Volumes: { Name: string; UsageData: object }[] };
  expect(Volumes.find(({ Name }) => Name === 'vol')?.UsageData).toEqual({ RefCount: 1, Size: 6 });
});

test.each([
  ['-v my/vol:/x', /create my\/vol: "my\/vol" includes invalid characters for a local volume name/],
  [
    '-v abc:b',
    /invalid volume specification: 'abc:b': invalid mount config for type "volume": invalid mount path: 'b'/,
  ],
  ['-v abc:/', /destination can't be '\/'/],
  ['-v abc:/b:zz', /invalid mode: zz/],
  ['-v abc:/b:ro,rw', /invalid mode: ro,rw/],
  ['-v /foo:rw', /invalid volume specification: '\/foo:rw'/],
  ['-v /a1:/b -v /c1:/b', /Duplicate mount point: \/b/],
  ['-v abc:/bar:shared', /field BindOptions must not be specified/],
  ['-v /etc/hosts', /cannot mount volume over existing file, file exists/],
  ['--mount type=foo,target=/x', /invalid mount config for type "foo": mount type unknown/],
  ['--mount type=bind,target=/x', /field Source must not be empty/],
  ['--mount type=volume,target=rel', /invalid mount path: 'rel' mount path must be absolute/],
  ['--mount type=tmpfs,source=a,target=/x', /field Source must not be specified/],
])('%s is refused in Docker’s words, and leaves no container', async (options, message) => {
  const { code, stderr } = await docker(`run ${options} alpine true`);
  expect(stderr).toMatch(message);
  expect(code).toBe(125);
  expect(await output('ps -aq')).toBe('');
});
