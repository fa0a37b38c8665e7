import { EventLog } from '../../events/event-log.ts';
import { familiarName, type Image, ImageStore, parseReference, type Reference } from '../../image/index.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import { RegistryClient } from '../client/registry-client.ts';
import { RegistryError } from '../errors.ts';
import { pull } from '../pull.ts';
import { type PublishedImage, staticRegistry } from './static-registry.ts';

/**
 * The linux/386 images of these names as another registry has them, byte by byte, as the files of a static registry.
 * @param registry host, or URL for one that speaks plain HTTP elsewhere than on this computer
 * @param names as people write them: `alpine`, `redis:7`. In the registry they are looked for as on Docker Hub
 *   (`library/alpine`), then as they are.
 * @throws RegistryError if one of them cannot be had
 */
export async function mirrorImages(
  registry: string,
  names: readonly string[],
  report: (line: string) => void,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const [, url, host = ''] = /^(https?:\/\/(?=[^/]))?([^/]+)\/?$/.exec(registry) ?? [];
  if (host === '')
    throw new Error(`${registry} is no registry: give its host, such as registry.example or 127.0.0.1:5000`);
  const client = new RegistryClient({ fetch, mirrors: url ? { [host]: url + host } : {}, network: true });
  const images = await ImageStore.open({
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    events: new EventLog(),
  });
  const published: PublishedImage[] = [];
  for (const name of names) {
    const wanted = parseReference(name);
    if (wanted.domain !== 'docker.io' || wanted.digest !== undefined) {
      throw new Error(`${name}: name images without registry and digest, such as alpine or redis:7`);
    }
    const image = await pullEither({ ...wanted, domain: host }, { client, images });
    const { digest } = (await images.manifest(image.id)).descriptor;
    report(`${familiarName(wanted)} is mirrored from ${host}: ${digest}`);
    published.push({ references: [wanted], image, about: { description: descriptionOf(image), upstream: host } });
  }
  return staticRegistry(images, published);
}

async function pullEither(
  reference: Reference,
  options: { readonly client: RegistryClient; readonly images: ImageStore },
): Promise<Image> {
  const plain = reference.path.replace(/^library\//, '');
  try {
    return await pull(reference, options);
  } catch (error) {
    const isMissing = error instanceof RegistryError && (error.code === 'denied' || error.code === 'manifest-unknown');
    if (!isMissing || plain === reference.path) throw error;
    return pull({ ...reference, path: plain }, options).catch(() => {
      throw error;
    });
  }
}

function descriptionOf({ config }: Image): string {
  return config.config?.Labels?.['org.opencontainers.image.description'] ?? '';
}
