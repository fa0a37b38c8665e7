import type { Directory } from '../../../../files/node.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { upstreamVersion } from '../../packages/unpack.ts';
import { addBusybox } from '../add-busybox.ts';
import { osRelease } from '../os-release.ts';
import { packageNamed, type Recipe, type RecipeInput } from '../recipe.ts';

/** As the busybox image on Docker Hub: everything in bin. */
export const BUSYBOX: Recipe = {
  name: 'busybox',
  tags: ['latest', '1', '1.35', '1.35.0'],
  packages: ['busybox-static'],
  description: 'BusyBox 1.35 as Debian builds it, static',
  standIn: "this busybox is the lab's stand-in: BusyBox as Debian builds it",
  licences: '/usr/share/licenses',
  rootfs({ packages, files, created }: RecipeInput): Directory {
    const busybox = packageNamed(packages, 'busybox-static');
    const root = new RootBuilder(created);
    for (const folder of 'bin dev etc home proc sys usr/bin usr/sbin var/spool/mail var/www'.split(' ')) {
      root.directory(folder);
    }
    root.directory('root', { mode: 0o700 }).directory('tmp', { mode: 0o1777 }).symlink('usr/bin/env', '../../bin/env');
    addBusybox(root, busybox, { flat: true });
    const version = upstreamVersion(busybox);
    root
      .merge(files)
      .access('etc/shadow', { mode: 0o640 })
      .file(
        'etc/os-release',
        osRelease({
          name: "Drydock's stand-in for the busybox image",
          parts: `BusyBox ${version} from Debian`,
          version,
        }),
      );
    return root.tree();
  },
};
