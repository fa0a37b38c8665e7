import { expect } from 'vitest';
import type { Directory, FileNode } from '../../files/node.ts';
import { tarToTree } from '../../files/tar/index.ts';
import type { ExitStatus, GuestProcess, Machine } from '../machine.ts';
import type { MountSpec, ProcessSpec, RuntimeSpec } from '../runtime-spec.ts';

const metadata = { mode: 0o755, uid: 0, gid: 0, mtime: 1_700_000_000 };

export const encoder = new TextEncoder();

export function directory(children: Readonly<Record<string, FileNode>>): Directory {
  return { kind: 'directory', ...metadata, children: new Map(Object.entries(children)) };
}

export function file(text: string, mode = 0o644): FileNode {
  return { kind: 'file', ...metadata, mode, data: encoder.encode(text) };
}

const applets =
  'cat chmod chown dd echo env false head hostname id ip kill ln ls mkdir mknod mount mv ps pwd rm sh sleep stty test touch tr true tty ulimit umount uname wc yes';

/** A root filesystem with busybox in it, published as the layer `base`. The guest's own busybox is used. */
export async function publishBase(machine: Machine): Promise<void> {
  const busybox = tarToTree(await machine.archive('/bin/busybox')).children.get('busybox');
  if (busybox?.kind !== 'file') throw new Error('no busybox in the guest');
  const link = (target: string): FileNode => ({ kind: 'symlink', ...metadata, target });
  const bin = Object.fromEntries(applets.split(' ').map((name) => [name, link('busybox')]));
  const root = directory({
    bin: directory({ ...bin, busybox }),
    dev: directory({}),
    etc: directory({
      passwd: file('root:x:0:0::/root:/bin/sh\nguest:x:1000:1000::/home:/bin/sh\n'),
      hosts: file(''),
      plain: file('not a program\n'),
    }),
    lib: directory({ deep: directory({ one: file('1'), two: file('2') }), other: file('other') }),
    proc: directory({}),
    root: directory({}),
    sys: directory({}),
    tmp: { ...directory({}), mode: 0o1777 },
  });
  machine.publishLayer('base', root);
}

/** Docker's default capabilities. */
export const dockerCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

export function containerProcess(args: readonly string[], more: Partial<ProcessSpec> = {}): ProcessSpec {
  const capabilities = {
    bounding: dockerCapabilities,
    effective: dockerCapabilities,
    permitted: dockerCapabilities,
  };
  return { ...hostProcess(args), cwd: '/', capabilities, ...more };
}

export function hostProcess(args: readonly string[], more: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    args,
    env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'TERM=xterm'],
    cwd: '/root',
    user: { uid: 0, gid: 0 },
    ...more,
  };
}

const mounts: readonly MountSpec[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['ro', 'nosuid', 'noexec', 'nodev'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'],
  },
];

export interface SpecOptions {
  readonly mounts?: readonly MountSpec[];
  readonly resources?: RuntimeSpec['linux']['resources'];
  readonly readonly?: boolean;
}

/** The document that Docker would write for a plain `docker run`. */
export function containerSpec(process: ProcessSpec, options: SpecOptions = {}): RuntimeSpec {
  const types = ['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup'] as const;
  return {
    ociVersion: '1.1.0',
    process,
    root: { path: 'rootfs', readonly: options.readonly === true },
    hostname: 'box',
    mounts: [...mounts, ...(options.mounts ?? [])],
    linux: {
      namespaces: types.map((type) => ({ type })),
      resources: options.resources,
      maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/scsi', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

/** A container ID of 64 hex digits that ends in this number. */
export function containerId(number: number): string {
  return number.toString(16).padStart(64, 'c0');
}

export interface Outcome extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

export async function outcome(process: GuestProcess): Promise<Outcome> {
  const [stdout, stderr, status] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exit,
  ]);
  return { stdout, stderr, ...status };
}

/** Runs a shell command on the guest host. */
export async function hostShell(machine: Machine, command: string): Promise<Outcome> {
  return outcome(await machine.spawn(hostProcess(['sh', '-c', command])));
}

/** What will be true soon: the guest tells it by itself, and the machine that runs the tests may be busy. */
export function soon<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000 });
}
