import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { run, SetupError, step } from './run.mjs';

/** Debian packages by what shows that they are there: a command's name, or a file's path. */
export const GUEST_TOOLS = {
  'gcc-i686-linux-gnu': 'i686-linux-gnu-gcc',
  'libc6-dev-i386-cross': '/usr/i686-linux-gnu/include/stdio.h',
  gcc: 'gcc',
  'libc6-dev': '/usr/include/stdio.h',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  cpio: 'cpio',
  'xz-utils': 'xz',
  zstd: 'zstd',
  // Compiles the library of the python image; its version is that image's.
  'python3.11-minimal': '/usr/bin/python3.11',
};

export const TEST_TOOLS = {
  ...GUEST_TOOLS,
  chromium: 'chromium',
  'fonts-dejavu-core': '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  skopeo: 'skopeo',
  umoci: 'umoci',
  'oci-image-tool': 'oci-image-tool',
  'docker-registry': 'docker-registry',
  buildah: 'buildah',
  crun: 'crun',
  // Beside xz and zstd: what layers and archives are compressed with.
  bzip2: 'bzip2',
  'libarchive-tools': 'bsdtar',
  // The real client; an image that brings Docker's own package has it already.
  'docker.io': 'docker',
  // Under the real daemon that tests compare with; the daemon itself is unpacked, not installed (scripts/peers).
  iproute2: 'ip',
  iptables: 'iptables',
};

const present = (proof) =>
  isAbsolute(proof)
    ? existsSync(proof)
    : (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, proof)));

/**
 * Installs what is missing of these packages, where this process may; else says which command does.
 * @throws SetupError
 */
export async function debianPackages(packages) {
  const missing = Object.entries(packages)
    .filter(([, proof]) => !present(proof))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!present('apt-get')) throw new SetupError(`these Debian packages are needed: ${missing.join(' ')}`);
  if (process.getuid?.() !== 0)
    throw new SetupError(`Debian packages are missing. Run as root:\n  apt-get update && ${command}`);
  await step(`Debian packages: ${missing.join(' ')}`, async () => {
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
      ...options,
      // Unpacking hundreds of packages says nothing that a newcomer needs; errors are still shown.
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
}
