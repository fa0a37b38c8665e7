import { NO_DATA, type TarEntry } from '../../files/tar/entry.ts';
import { writeTar } from '../../files/tar/index.ts';
import type { Digest } from '../digest.ts';
import type { ContainerConfig } from '../documents.ts';
import type { Image } from '../image.ts';
import type { ImageStore } from '../image-store.ts';

/** Bytes that look random and are the same for the same seed (xorshift32). */
export function seededBytes(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

export function fileEntry(name: string, data: string | Uint8Array, overrides: Partial<TarEntry> = {}): TarEntry {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return { name, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000, data: bytes, ...overrides };
}

export function directoryEntry(name: string, overrides: Partial<TarEntry> = {}): TarEntry {
  return { ...fileEntry(name, NO_DATA), type: 'directory', mode: 0o755, ...overrides };
}

export interface TestImage {
  /** One tar a layer, bottom first; default: none. */
  readonly layers?: readonly (readonly TarEntry[])[];
  readonly config?: ContainerConfig;
  /** Default: 2024-01-01T00:00:00Z. */
  readonly created?: string;
  readonly parent?: Digest;
  readonly tags?: readonly string[];
}

/** An image with the layers given, each with its line of history. Without layers: the empty image. */
export async function testImage(store: ImageStore, request: TestImage = {}): Promise<Image> {
  const created = request.created ?? '2024-01-01T00:00:00Z';
  const layers: Digest[] = [];
  for (const entries of request.layers ?? []) layers.push((await store.addLayer(writeTar(entries))).diffId);
  const image = await store.create({
    config: {
      created,
      architecture: '386',
      os: 'linux',
      config: request.config ?? {},
      history: layers.map((_, i) => ({ created, created_by: `step ${i}` })),
    },
    layers,
    ...(request.parent ? { parent: request.parent } : {}),
  });
  for (const tag of request.tags ?? []) await store.tag(tag, image.id);
  return image;
}

/** An image of `count` layers of one file each, which no other seed has. */
export function randomImage(store: ImageStore, seed: number, count = 2, request: TestImage = {}): Promise<Image> {
  const layers = Array.from({ length: count }, (_, i) => [
    fileEntry(`file-${seed}-${i}`, seededBytes(1000 + 37 * i, seed * 100 + i)),
  ]);
  return testImage(store, { ...request, layers });
}
