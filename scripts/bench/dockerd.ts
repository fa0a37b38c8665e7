import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, timed, until } from './process.ts';

/** A real Docker daemon, alone in its mount and network namespaces. */
export interface Dockerd {
  readonly host: string;
  stop(): Promise<void>;
}

const PACKAGES = ['docker.io', 'containerd', 'runc'];

/** Debian's daemon, unpacked beside the other downloads and never installed. */
async function unpack(): Promise<string> {
  const folder = join(process.env.DRYDOCK_CACHE ?? join(homedir(), '.cache/drydock'), 'peer-dockerd');
  const root = join(folder, 'root');
  if (existsSync(join(root, 'usr/sbin/dockerd'))) return root;
  const debs = join(folder, 'debs');
  mkdirSync(debs, { recursive: true });
  await timed('sh', ['-c', `cd "${debs}" && apt-get download -qq ${PACKAGES.join(' ')}`]);
  for (const deb of readdirSync(debs)) await timed('dpkg', ['-x', join(debs, deb), root]);
  return root;
}

/**
 * Starts Debian's dockerd to compare with. Needs root, and Debian's iproute2 and iptables.
 * @throws Error naming what is missing
 */
export async function startDockerd(): Promise<Dockerd> {
  const root = await unpack();
  const folder = mkdtempSync(join(tmpdir(), 'drydock-peer-'));
  writeFileSync(join(folder, 'daemon.json'), '{}');
  const host = `unix://${folder}/docker.sock`;
  // The cgroup tree is mounted anew: in some containers a hybrid one is in the way, which runc refuses.
  const script = `
    umount /sys/fs/cgroup/unified 2>/dev/null || true
    ip link set lo up
    mkdir -p "${folder}/cgroup" && mount --rbind /sys/fs/cgroup "${folder}/cgroup"
    mount -t sysfs sysfs /sys && mount --rbind "${folder}/cgroup" /sys/fs/cgroup
    exec dockerd --data-root "${folder}/data" --exec-root "${folder}/exec" --pidfile "${folder}/dockerd.pid" -H "${host}" \
      --storage-driver overlay2 --iptables=false --ip6tables=false --userland-proxy=false --config-file "${folder}/daemon.json" \
      --default-ulimit nofile=1024:1024`;
  const child: ChildProcess = spawn('unshare', ['-m', '-n', 'sh', '-c', script], {
    env: { ...process.env, DOCKER_RAMDISK: '1', PATH: `${root}/usr/bin:${root}/usr/sbin:${process.env.PATH}` },
    stdio: 'ignore',
    detached: true,
  });
  const ready = async () => (await timed('docker', ['version'], { DOCKER_HOST: host })).output.includes('Server');
  await until(ready, 'dockerd (needs root and: apt-get install iproute2 iptables)', 60, child);
  return { host, stop: () => end(child) };
}
