import type { Directory } from '../../../../files/node.ts';
import { addAlternative } from '../../packages/alternatives.ts';
import { installPackages } from '../../packages/install.ts';
import { excludes, type PathRule } from '../../packages/path-filter.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { SLIM } from '../debian/slim.ts';
import type { Recipe, RecipeInput } from '../recipe.ts';

/** What C programs for Linux hardly ask for, and half of the packages' bytes. */
const RULES: readonly PathRule[] = [
  ...SLIM,
  // Of GCC's own: the library that compiled code calls, and the start files.
  ...excludes('/usr/lib/gcc/*'),
  ['path-include', '/usr/lib/gcc/*/libgcc*.a'],
  ['path-include', '/usr/lib/gcc/*/crt*.o'],
  // Of the binutils: ar, ld, nm, ranlib, readelf, size, strings, strip.
  ...excludes(
    ...'addr2line as c++filt dwp elfedit gold gp-* gprof gprofng ld.gold objcopy objdump'
      .split(' ')
      .flatMap((name) => [`/usr/bin/${name}`, `/usr/bin/i686-linux-gnu-${name}`]),
    '/usr/lib/*-ld/*',
    '/usr/lib/*/bfd-plugins/*',
    '/usr/lib/*/ldscripts/*',
    '/usr/lib/*/libopcodes-*',
    '/etc/gprofng.rc',
  ),
  // Of the kernel's headers: those of special hardware and of single subsystems.
  ...excludes(
    ...'misc mtd rdma sound video xen'.split(' ').map((name) => `/usr/include/${name}/*`),
    '/usr/include/linux/*/*',
    ...`bpf btrfs btrfs_tree cec cec-funcs comedi dcbnl devlink ethtool ethtool_netlink firewire-cdev kfd_ioctl kvm
      nl80211 omap3isp openvswitch pci_regs pkt_sched rkisp1-config sctp v4l2-controls v4l2-dv-timings vfio videodev2
      wireless zorro_ids`
      .split(/\s+/)
      .map((name) => `/usr/include/linux/${name}.h`),
  ),
  ['path-include', '/usr/include/linux/byteorder/*'],
  ['path-include', '/usr/include/linux/sched/*'],
  ...excludes('/usr/share/gdb/*', '/usr/lib/*/audit/*', '/usr/lib/*/tcc/b*.o'),
];

/** A C compiler: see rootfs/usr/local/bin/gcc for how tcc and GNU ld work together. */
export const GCC: Recipe = {
  name: 'gcc',
  tags: ['latest'],
  base: 'debian',
  packages:
    `binutils binutils-common binutils-i686-linux-gnu libbinutils libc-dev-bin libc6-dev libcrypt-dev libctf-nobfd0
    libctf0 libgcc-12-dev libjansson4 linux-libc-dev make tcc`.split(/\s+/),
  description: 'A small C compiler under the names gcc and cc: tcc and GNU ld, with glibc to link and make',
  standIn: "this gcc is the lab's stand-in: tcc and GNU ld; C only, and no optimiser",
  licences: '/usr/share/doc/*/copyright',
  rootfs({ packages, below, files, created }: RecipeInput): Directory {
    const root = new RootBuilder(created);
    installPackages(root, { packages, below, rules: RULES, rulesFile: 'gcc' });
    addAlternative(root, { name: 'cc', link: '/usr/bin/cc', target: '/usr/bin/tcc', priority: 10 });
    return root.merge(files).tree();
  },
};
