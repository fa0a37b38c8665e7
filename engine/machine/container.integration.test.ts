import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Machine } from './machine.ts';
import {
  containerId,
  containerProcess,
  containerSpec,
  type Outcome,
  outcome,
  publishBase,
  type SpecOptions,
} from './testing/containers.ts';
import { createTestMachine } from './testing/node-machine.ts';

let machine: Machine;
let count = 0;

beforeAll(async () => {
  ({ machine } = await createTestMachine());
  await publishBase(machine);
});
afterAll(() => machine?.stop());

async function run(command: string | readonly string[], options: SpecOptions = {}, more = {}): Promise<Outcome> {
  const args = typeof command === 'string' ? ['sh', '-c', command] : command;
  const spec = containerSpec(containerProcess(args, more), options);
  return outcome(await machine.startContainer({ id: containerId(++count), lowers: ['base'], spec }));
}

async function sleeping(number: number, options: SpecOptions = {}) {
  const id = containerId(1000 + number);
  const spec = containerSpec(containerProcess(['sleep', '600']), options);
  const process = await machine.startContainer({ id, lowers: ['base'], spec });
  const sh = async (command: string, more = {}) =>
    outcome(await machine.exec(id, containerProcess(['sh', '-c', command], more)));
  const end = async () => {
    await process.signal(9);
    await process.exit;
  };
  return { id, process, sh, end };
}

describe('isolation', () => {
  test('every namespace is the container’s own, and exec joins them all', async () => {
    const names = ['pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup'];
    const list = names.map((name) => `$(readlink /proc/self/ns/${name})`).join(' ');
    const host = await outcome(
      await machine.spawn(containerProcess(['sh', '-c', `echo ${list}`], { capabilities: undefined })),
    );
    const box = await sleeping(1);
    // busybox in the layer has no readlink applet linked: ask it by name.
    const inside = await box.sh(`readlink() { busybox readlink "$@"; }; echo ${list}`);
    const again = await box.sh(`readlink() { busybox readlink "$@"; }; echo ${list}`);
    const split = (text: string) => text.trim().split(' ');
    expect(split(inside.stdout)).toHaveLength(6);
    expect(inside.stdout).toBe(again.stdout);
    const shared = split(inside.stdout).filter((name) => split(host.stdout).includes(name));
    expect(shared).toEqual([]);
    await box.end();
  });

  test('it sees its own processes, host name, interfaces and root', async () => {
    const { stdout } = await run('ps; hostname; ip -o link; ls /; cat /proc/self/cgroup; pwd');
    expect(stdout).toMatch(/^\s+1 root/m);
    expect(stdout).toContain('\nbox\n');
    expect(stdout).toMatch(/lo: <LOOPBACK,UP,LOWER_UP>/);
    expect(stdout).not.toMatch(/eth0|layers/);
    expect(stdout).toContain('0::/\n');
  });

  test('capabilities, masked and read-only paths are as the document says', async () => {
    const { stdout } = await run(
      'cat /proc/self/status; wc -c </proc/keys; ls /sys/firmware | wc -l; echo 1 >/proc/sys/kernel/panic; echo $?; mount -t tmpfs x /tmp; echo $?',
    );
    expect(stdout).toMatch(/CapEff:\s+00000000a80425fb/);
    expect(stdout).toMatch(/CapBnd:\s+00000000a80425fb/);
    expect(stdout).toMatch(/CapAmb:\s+0000000000000000/);
    expect(stdout.trim().split('\n').slice(-4)).toEqual(['0', '0', '1', '1']);
  });

  test('device rules: any node can be made, only those allowed can be used', async () => {
    const devices = [
      { allow: false, access: 'rwm' },
      { allow: true, type: 'c', access: 'm' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' },
      { allow: true, type: 'c', major: 1, minor: 5, access: 'r' },
    ];
    const { stdout } = await run(
      'mknod /serial c 4 64; echo $?; cat /serial; echo $?; echo x >/dev/null; echo $?; head -c 1 /dev/zero | wc -c; echo x >/dev/zero; echo $?',
      { resources: { devices } },
    );
    expect(stdout.trim().split('\n')).toEqual(['0', '1', '0', '1', '1']);
  });

  test('a user without capabilities has none', async () => {
    const { stdout } = await run(
      'id -u; id -G; cat /proc/self/status; touch /etc/x || echo refused',
      {},
      {
        user: { uid: 1000, gid: 1000, additionalGids: [10, 20] },
        capabilities: { bounding: ['CAP_CHOWN'] },
        noNewPrivileges: true,
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 77, hard: 99 }],
        oomScoreAdj: 123,
      },
    );
    expect(stdout).toMatch(/^1000\n1000 10 20\n/);
    expect(stdout).toMatch(/CapEff:\s+0000000000000000/);
    expect(stdout).toMatch(/CapBnd:\s+0000000000000001/);
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(stdout).toContain('refused');
  });

  test('a read-only root cannot be written, /tmp of its own can', async () => {
    const tmpfs = { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['noexec', 'mode=1777', 'size=1m'] };
    const { stdout } = await run('touch /x || echo refused; touch /tmp/x && echo written; mount', {
      readonly: true,
      mounts: [tmpfs],
    });
    expect(stdout).toContain('refused\nwritten\n');
    expect(stdout).toMatch(/^tmpfs on \/tmp type tmpfs \(rw,noexec,/m);
  });

  test('files given with the start can be bound in, read-only', async () => {
    const path = '/var/lib/docker/containers/x/hosts';
    const spec = containerSpec(containerProcess(['sh', '-c', 'cat /etc/hosts; echo x >/etc/hosts']), {
      mounts: [{ destination: '/etc/hosts', type: 'bind', source: path, options: ['rbind', 'rprivate', 'ro'] }],
    });
    const data = new TextEncoder().encode('127.0.0.1 ünïcode\n');
    const result = await outcome(
      await machine.startContainer({
        id: containerId(++count),
        lowers: ['base'],
        spec,
        files: [{ path, data, mode: 0o644 }],
      }),
    );
    expect(result.stdout).toBe('127.0.0.1 ünïcode\n');
    expect(result.stderr).toContain('Read-only file system');
  });
});

describe('exit codes', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -9 $$; sleep 9', 137],
  ])('%s', async (command, code) => {
    const box = await sleeping(2);
    expect(await box.sh(command)).toMatchObject({ code, oomKilled: false });
    await box.end();
  });

  test('a first process that is killed has 128 + the signal', async () => {
    const { process } = await sleeping(3);
    await process.signal(9);
    expect(await process.exit).toEqual({ code: 137, oomKilled: false });
  });

  test('running out of the memory limit is told apart', async () => {
    const result = await run('x=a; while true; do x=$x$x; done', { resources: { memory: { limit: 8 << 20 } } });
    expect(result).toMatchObject({ code: 137, oomKilled: true });
  });

  test('the pids limit holds', async () => {
    const result = await run('for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait', {
      resources: { pids: { limit: 5 } },
    });
    expect(result.stderr).toContain("can't fork");
  });
});

describe('failures to start', () => {
  test.each([
    [['nope'], 'exec', 2],
    [['/nope'], 'exec', 2],
    [['/etc/plain'], 'exec', 13],
    [['/etc'], 'exec', 13],
  ] as const)('exec of %s', async (args, stage, errno) => {
    const box = await sleeping(4);
    await expect(machine.exec(box.id, containerProcess(args))).rejects.toMatchObject({
      name: 'StartError',
      stage,
      errno,
      subject: args[0],
    });
    await box.end();
  });

  test('exec in a directory that is not there', async () => {
    const box = await sleeping(5);
    const failing = machine.exec(box.id, containerProcess(['true'], { cwd: '/not/there' }));
    await expect(failing).rejects.toMatchObject({ stage: 'chdir', errno: 2, subject: '/not/there' });
    await box.end();
  });

  test('a first process that cannot start leaves nothing behind, and the container can be started again', async () => {
    const id = containerId(++count);
    const start = (args: readonly string[]) =>
      machine.startContainer({ id, lowers: ['base'], spec: containerSpec(containerProcess(args)) });
    await expect(start(['nope'])).rejects.toMatchObject({ stage: 'exec', errno: 2 });
    const left = await outcome(
      await machine.spawn(
        containerProcess(['sh', '-c', `grep ${id} /proc/mounts; ls -d /sys/fs/cgroup/docker/${id}`], {
          capabilities: undefined,
        }),
      ),
    );
    expect(left.stdout).toBe('');
    expect(await outcome(await start(['echo', 'now']))).toMatchObject({ stdout: 'now\n', code: 0 });
  });

  test('a mount that cannot be made names its destination', async () => {
    const bad = { destination: '/data', type: 'bind', source: '/does/not/exist', options: ['rbind'] };
    await expect(run('true', { mounts: [bad] })).rejects.toMatchObject({ stage: 'mount', errno: 2, subject: '/data' });
  });

  test('exec in a container that does not run', async () => {
    await expect(machine.exec(containerId(4711), containerProcess(['true']))).rejects.toMatchObject({
      code: 'not-running',
    });
  });

  test('starting a running container again', async () => {
    const box = await sleeping(6);
    const again = machine.startContainer({
      id: box.id,
      lowers: ['base'],
      spec: containerSpec(containerProcess(['true'])),
    });
    await expect(again).rejects.toMatchObject({ errno: 16 });
    expect((await box.sh('echo still here')).stdout).toBe('still here\n');
    await box.end();
  });
});

describe('lifecycle', () => {
  test('the writable layer is kept from start to start, until removal', async () => {
    const id = containerId(++count);
    const start = async (command: string) =>
      outcome(
        await machine.startContainer({
          id,
          lowers: ['base'],
          spec: containerSpec(containerProcess(['sh', '-c', command])),
        }),
      );
    await start('echo kept >/file');
    expect((await start('cat /file')).stdout).toBe('kept\n');
    await machine.removeContainer(id);
    expect((await start('cat /file')).code).toBe(1);
  });

  test('killing the first process ends those that exec started', async () => {
    const box = await sleeping(7);
    const other = await machine.exec(box.id, containerProcess(['sleep', '600']));
    expect(await machine.processes(box.id)).toEqual([box.process.pid, other.pid]);
    await box.end();
    expect((await other.exit).code).toBe(137);
  });

  test('freezing stops all processes, thawing lets them go on', async () => {
    const box = await sleeping(8);
    const ticking = await machine.exec(box.id, containerProcess(['sh', '-c', 'sleep 0.3; echo done']));
    await machine.freeze(box.id, true);
    const done = outcome(ticking);
    const raced = await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 1500, 'frozen'))]);
    expect(raced).toBe('frozen');
    await machine.freeze(box.id, false);
    expect((await done).stdout).toBe('done\n');
    await box.end();
  });

  test('a working directory that is missing is made', async () => {
    expect(await run('pwd', {}, { cwd: '/made/for/it' })).toMatchObject({ stdout: '/made/for/it\n', code: 0 });
  });
});
