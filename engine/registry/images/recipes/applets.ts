/** Folders of the applets that BusyBox's own installer puts elsewhere than in usr/bin. */
const FOLDERS: Readonly<Record<string, string>> = {
  bin: `arch ash base64 busybox cat chgrp chmod chown cp cpio cttyhack date dd df dmesg dnsdomainname dumpkmap echo ed
    egrep false fatattr fgrep getopt grep gunzip gzip hostname ionice ipcalc kill link linux32 linux64 ln login ls lzop
    mkdir mknod mktemp more mount mt mv netstat nuke pidof ping ping6 ps pwd readlink resume rev rm rmdir rpm
    run-parts sed setpriv sh sleep stat stty su sync tar touch true umount uname uncompress usleep vi watch zcat`,
  sbin: `acpid adjtimex arp blockdev depmod devmem fdisk findfs freeramdisk fstrim getty halt hwclock ifconfig ifdown
    ifup init insmod ip ipneigh klogd loadkmap logread losetup lsmod mdev mkdosfs mke2fs mkswap modinfo modprobe nameif
    pivot_root poweroff reboot rmmod route run-init start-stop-daemon sulogin swapoff swapon switch_root sysctl syslogd
    tc tunctl udhcpc uevent vconfig watchdog`,
  'usr/sbin': `arping brctl chroot crond fsfreeze httpd i2cdetect i2cdump i2cget i2cset i2ctransfer loadfont mim nologin
    partprobe rdate telnetd ubirename udhcpd`,
};

const FOLDER_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(FOLDERS).flatMap(([folder, names]) => names.split(/\s+/).map((name) => [name, folder] as const)),
);

/** Package managers of other systems, and the name the kernel calls: of no use in a container, and misleading there. */
const UNWANTED = new Set(['dpkg', 'dpkg-deb', 'rpm', 'rpm2cpio', 'linuxrc', 'busybox']);

/**
 * The applets of a BusyBox binary, read from its table of names: sorted, NUL after each, one NUL more at the end. So it
 * need not be run, which not every computer can do with an i386 program.
 * @throws Error if there is no such table
 */
export function appletNames(binary: Uint8Array): readonly string[] {
  // The table starts with the applets `[` and `[[`, which no other text in the program does.
  const start = indexOf(binary, [0, 0x5b, 0, 0x5b, 0x5b, 0]);
  const names: string[] = [];
  let at = start + 1;
  while (start >= 0 && at < binary.length && binary[at] !== 0) {
    const end = binary.indexOf(0, at);
    names.push(String.fromCharCode(...binary.subarray(at, end)));
    at = end + 1;
  }
  const isTable = names.length > 50 && names.every((name) => /^[a-z0-9_[.-]+$/.test(name));
  if (!isTable) throw new Error('this busybox has no table of applet names that can be read');
  return names;
}

/** Links to make, without a leading slash: `bin/ls`, `usr/bin/wc`; all in `bin` if `flat`. Without busybox itself. */
export function appletPaths(names: readonly string[], options: { readonly flat: boolean }): readonly string[] {
  return names
    .filter((name) => !UNWANTED.has(name))
    .map((name) => `${options.flat ? 'bin' : (FOLDER_OF.get(name) ?? 'usr/bin')}/${name}`);
}

function indexOf(bytes: Uint8Array, pattern: readonly number[]): number {
  const first = pattern[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (pattern.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
