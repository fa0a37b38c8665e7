import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An image unpacked to an OCI runtime bundle. */
export interface Bundle {
  readonly folder: string;
  /** As the image asks for it (OCI runtime-spec, config.md). */
  readonly config: { readonly process: object };
}

interface ProcessOptions {
  /** In place of the image's entrypoint and command. */
  readonly args?: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Docker's default capabilities; umoci gives a bundle fewer. */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
].map((name) => `CAP_${name}`);

/**
 * Unpacks an image with umoci, which also writes the runtime configuration that the image asks for. Needs root.
 * @param image `LAYOUT:TAG`, an OCI image layout and a name in it
 * @param folder must not be there yet
 * @throws Error naming what is missing
 */
export async function unpackBundle(image: string, folder: string): Promise<Bundle> {
  const { code, stderr } = await run('umoci', ['unpack', '--image', image, folder]);
  if (code !== 0) throw new Error(`umoci unpack --image ${image}: exit ${code}\n${stderr}`);
  return { folder, config: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) };
}

/** Runs a bundle under Debian's crun, with what `docker run` gives a process. Needs root. */
export async function runBundle({ folder, config }: Bundle, { args, user }: ProcessOptions = {}): Promise<Outcome> {
  const process = {
    ...config.process,
    ...(args && { args }),
    ...(user && { user }),
    terminal: false,
    noNewPrivileges: false,
    capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, process }));
  const id = `drydock-peer-${randomUUID()}`;
  // In a mount namespace of its own: beside the older cgroup trees some systems mount the new one, which crun refuses.
  const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec crun run --bundle "$0" "$1"';
  return run('unshare', ['-m', 'sh', '-c', script, folder, id]);
}

function run(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    child.on('error', (cause) =>
      reject(new Error(`${command} is missing: apt-get install -y crun umoci util-linux`, { cause })),
    );
    child.on('close', (code) => resolve({ code: code ?? -1, ...output }));
  });
}
