import type { Directory } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import { lookup } from '../../files/tree.ts';
import type { Machine } from '../../machine/machine.ts';
import { invalidParameter } from '../errors.ts';
import { overlayDirectory } from '../runtime/runtime-config.ts';
import type { ContainerMount } from './mount-point.ts';
import type { Volumes } from './volumes.ts';

/**
 * Gives an empty volume what the image has at its destination, with the directory's own owner and mode
 * (Docker manual, "Populate a volume using a container").
 * @param root the image's merged file tree
 * @throws ContainerError `invalid-parameter` if something else than a directory is there; MachineError
 */
export async function fillVolume(
  machine: Machine,
  volumes: Volumes,
  { name = '', source, destination, anonymous }: ContainerMount,
  root: Directory,
  containerId: string,
): Promise<void> {
  const node = lookup(root, destination);
  if (!node) return;
  if (node.kind !== 'directory') {
    const path = `${overlayDirectory(containerId)}/merged${destination}`;
    throw invalidParameter(
      anonymous ? `cannot mount volume over existing file, file exists ${path}` : `source ${path} is not directory`,
    );
  }
  if (volumes.isEmpty(name)) await machine.extract(source, treeToTar(node, { root: true }));
}
