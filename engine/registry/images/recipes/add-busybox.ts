import type { RootBuilder } from '../packages/root-builder.ts';
import { fileIn, type UnpackedPackage } from '../packages/unpack.ts';
import { appletNames, appletPaths } from './applets.ts';

/** BusyBox and a link for each of its applets. */
export function addBusybox(root: RootBuilder, busybox: UnpackedPackage, options: { readonly flat: boolean }): void {
  const { data } = fileIn(busybox, 'bin/busybox');
  root.file('bin/busybox', data, { mode: 0o755 });
  for (const path of appletPaths(appletNames(data), options)) {
    root.symlink(path, path.startsWith('bin/') ? 'busybox' : '/bin/busybox');
  }
  root.file('usr/share/licenses/busybox/copyright', fileIn(busybox, 'usr/share/doc/busybox-static/copyright').data);
}
