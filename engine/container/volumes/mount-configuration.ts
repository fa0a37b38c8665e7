import type { Mount } from '../../api/types.ts';
import { cleanAbsolute } from '../../files/path.ts';
import { type ContainerError, invalidParameter } from '../errors.ts';

/** Dockerd's words for a mount it does not take. */
export const invalidMount = (type: string, reason: string, prefix = ''): ContainerError =>
  invalidParameter(`${prefix}invalid mount config for type ${JSON.stringify(type)}: ${reason}`);

/** @throws ContainerError `invalid-parameter` unless it is absolute and not the root */
export function checkDestination(type: string, destination: string, prefix = ''): void {
  if (!destination.startsWith('/')) {
    throw invalidMount(type, `invalid mount path: '${destination}' mount path must be absolute`, prefix);
  }
  if (cleanAbsolute(destination) === '/') {
    throw invalidMount(type, "invalid specification: destination can't be '/'", prefix);
  }
}

/**
 * What dockerd checks of an entry of `HostConfig.Mounts` by itself (moby, volume/mounts, "validateMountConfigImpl").
 * @throws ContainerError `invalid-parameter`
 */
export function checkMount(mount: Mount): void {
  const { Type: type, Source: source = '', Target: target = '' } = mount;
  if (!['bind', 'volume', 'tmpfs'].includes(type)) {
    const known = ['image', 'npipe', 'cluster'].includes(type);
    throw invalidMount(type, known ? 'this engine has no mounts of this type' : 'mount type unknown');
  }
  if (target === '') throw invalidMount(type, 'field Target must not be empty');
  checkDestination(type, target);
  const foreign = (['BindOptions', 'VolumeOptions', 'TmpfsOptions'] as const).find(
    (options) => mount[options] && options.toLowerCase() !== `${type}options`,
  );
  if (foreign) throw invalidMount(type, `field ${foreign} must not be specified`);
  if (type === 'tmpfs' && source !== '') throw invalidMount(type, 'field Source must not be specified');
  if (type === 'volume' && mount.VolumeOptions?.Subpath) {
    throw invalidMount(type, 'this engine does not mount a part of a volume (Subpath)');
  }
  if (type !== 'bind') return;
  if (source === '') throw invalidMount(type, 'field Source must not be empty');
  if (!source.startsWith('/')) {
    throw invalidMount(type, `invalid mount path: '${source}' mount path must be absolute`);
  }
}
