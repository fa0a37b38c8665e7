import { type TarEntry, treeEntries } from '../files/tar/index.ts';
import { applyLayer, layerTarToTree } from '../image/layer.ts';
import type { Container } from './container.ts';
import { type Context, publish } from './context.ts';
import { ContainerError } from './errors.ts';
import { initLayerTree } from './init-layer.ts';

/**
 * What a container sees as its root, mounts left out: the members of `docker export`'s archive. Throws ContainerError,
 * ImageError, MachineError.
 */
export async function exportContainer(context: Context, container: Container): Promise<Iterable<TarEntry>> {
  const { record } = container;
  const { status } = record.lifecycle;
  if (status === 'removing' || status === 'dead') {
    const what = status === 'dead' ? 'Dead' : 'being removed';
    throw new ContainerError('conflict', `You cannot export container ${container.id} which is ${what}`);
  }
  const image = await context.images.rootfs(record.layers);
  const below = applyLayer(image, initLayerTree);
  const root = record.hasUpper
    ? applyLayer(below, layerTarToTree(await context.machine.packUpper(container.id)))
    : below;
  publish(context, container, 'export');
  return treeEntries(root);
}
