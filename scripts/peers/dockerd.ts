import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, startGroup, timed, until } from './process.ts';

/** A real Docker daemon, alone in its mount and network namespaces. */
export interface Dockerd {
  readonly host: string;
  /** Path of the client of the daemon's own version: its `DOCKER_BUILDKIT=1` needs no buildx. */
  readonly client: string;
  /** Of the daemon: `nsenter -t PID -n` gets to its loopback interface. */
  readonly pid: number;
  stop(): Promise<void>;
}

const PACKAGES = ['docker.io', 'containerd', 'runc'];

/** Debian's daemon, unpacked beside the other downloads and never installed. */
async function unpack(): Promise<string> {
  const cache = process.env.DRYDOCK_CACHE ?? join(homedir(), '.cache/drydock');
  const folder = join(cache, 'peer-dockerd');
  if (existsSync(join(folder, 'root/usr/sbin/dockerd'))) return join(folder, 'root');
  // Under another name until it is whole: tests may start two daemons at once.
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'peer-dockerd-'));
  mkdirSync(join(work, 'debs'));
  await timed('sh', ['-c', `cd "${work}/debs" && apt-get download -qq ${PACKAGES.join(' ')}`]);
  for (const deb of readdirSync(join(work, 'debs'))) {
    await timed('dpkg', ['-x', join(work, 'debs', deb), join(work, 'root')]);
  }
  rmSync(join(work, 'debs'), { recursive: true });
  try {
    renameSync(work, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'root/usr/sbin/dockerd'))) throw error;
    rmSync(work, { recursive: true });
  }
  return join(folder, 'root');
}

/**
 * Starts Debian's dockerd to compare with. Needs root, apt-get, and Debian's iproute2 and iptables.
 * @throws Error naming what is missing
 */
export async function startDockerd(): Promise<Dockerd> {
  const needs = 'dockerd (needs root, apt-get with package lists, and: apt-get install iproute2 iptables)';
  const root = await unpack().catch((cause) => {
    throw new Error(`${needs}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  const folder = mkdtempSync(join(tmpdir(), 'drydock-peer-'));
  writeFileSync(join(folder, 'daemon.json'), '{}');
  const host = `unix://${folder}/docker.sock`;
  const log = join(folder, 'dockerd.log');
  // The cgroup tree is mounted anew: in some containers a hybrid one is in the way, which runc refuses.
  const script = `
    umount /sys/fs/cgroup/unified 2>/dev/null || true
    ip link set lo up
    mkdir -p "${folder}/cgroup" && mount --rbind /sys/fs/cgroup "${folder}/cgroup"
    mount -t sysfs sysfs /sys && mount --rbind "${folder}/cgroup" /sys/fs/cgroup
    exec dockerd --data-root "${folder}/data" --exec-root "${folder}/exec" --pidfile "${folder}/dockerd.pid" -H "${host}" \
      --storage-driver overlay2 --iptables=false --ip6tables=false --userland-proxy=false --config-file "${folder}/daemon.json" \
      --default-ulimit nofile=1024:1024 >"${log}" 2>&1`;
  const child = startGroup('unshare', ['-m', '-n', 'sh', '-c', script], {
    DOCKER_RAMDISK: '1',
    PATH: `${root}/usr/bin:${root}/usr/sbin:${process.env.PATH}`,
  });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const client = join(root, 'usr/bin/docker');
  const ready = async () => (await timed(client, ['version'], { DOCKER_HOST: host })).output.includes('Server');
  await until(ready, `${needs}; see ${log}`, 60, child).catch(async (error) => {
    await end(child);
    throw error;
  });
  if (child.pid === undefined) throw new Error('unreachable: a daemon that answers has a process');
  return { host, client, pid: child.pid, stop };
}
