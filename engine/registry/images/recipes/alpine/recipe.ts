import type { Directory } from '../../../../files/node.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { fileIn, upstreamVersion } from '../../packages/unpack.ts';
import { addBusybox } from '../add-busybox.ts';
import { osRelease } from '../os-release.ts';
import { packageNamed, type Recipe, type RecipeInput } from '../recipe.ts';

const FOLDERS = `bin dev etc home lib media/cdrom media/floppy media/usb mnt opt proc run sbin srv sys usr/bin usr/lib
  usr/local/bin usr/local/lib usr/sbin usr/share var/cache var/lib var/local var/lock var/log var/mail var/opt
  var/spool/cron`;

/** The folders of Alpine's own root file system, its programs in Alpine's places, musl under Alpine's names. */
export const ALPINE: Recipe = {
  name: 'alpine',
  tags: ['latest'],
  packages: ['busybox-static', 'musl'],
  description: 'BusyBox and musl from Debian, in the places where Alpine Linux has them',
  standIn: "this alpine is the lab's stand-in: BusyBox and musl from Debian, without apk",
  licences: '/usr/share/licenses',
  rootfs({ packages, files, created }: RecipeInput): Directory {
    const busybox = packageNamed(packages, 'busybox-static');
    const musl = packageNamed(packages, 'musl');
    const root = new RootBuilder(created);
    for (const folder of FOLDERS.split(/\s+/)) root.directory(folder);
    root.directory('root', { mode: 0o700 }).directory('tmp', { mode: 0o1777 }).directory('var/tmp', { mode: 0o1777 });
    root.symlink('var/run', '../run');
    addBusybox(root, busybox, { flat: false });
    root
      .file('lib/ld-musl-i386.so.1', fileIn(musl, 'lib/i386-linux-musl/libc.so').data, { mode: 0o755 })
      .symlink('lib/libc.musl-x86.so.1', 'ld-musl-i386.so.1')
      .file('usr/share/licenses/musl/copyright', fileIn(musl, 'usr/share/doc/musl/copyright').data)
      .merge(files)
      .access('etc/shadow', { mode: 0o640 })
      .file(
        'etc/os-release',
        osRelease({
          name: "Drydock's stand-in for Alpine Linux",
          parts: `BusyBox ${upstreamVersion(busybox)} and musl ${upstreamVersion(musl)} from Debian, no apk`,
          version: upstreamVersion(busybox),
        }),
      );
    return root.tree();
  },
};
