import { describe, expect, it } from 'vitest';
import type { Digest } from './blob-store.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { MemoryStateStore } from './memory-state-store.ts';
import { SharedBlobs } from './shared-blobs.ts';

const A: Digest = `sha256:${'a'.repeat(64)}`;
const bytes = Uint8Array.of(1, 2, 3);

async function setUp() {
  const blobs = new MemoryBlobStore();
  const state = new MemoryStateStore();
  const shared = await SharedBlobs.open(blobs, state);
  return { blobs, state, images: shared.view('images'), registry: shared.view('registry') };
}

describe('shared blobs', () => {
  it('are each user’s own, and kept once', async () => {
    const { blobs, images, registry } = await setUp();
    await images.put(A, bytes);
    expect([await registry.has(A), await registry.get(A), await registry.list()]).toEqual([false, undefined, []]);
    const found = await registry.peek(A);
    expect(found).toBe(bytes);
    await registry.put(A, bytes.slice());
    expect(await registry.get(A)).toBe(bytes);
    expect(await blobs.list()).toEqual([A]);
  });

  it('go with their last user', async () => {
    const { blobs, images, registry } = await setUp();
    await images.put(A, bytes);
    await registry.put(A, bytes);
    await images.delete(A);
    expect([await images.has(A), await registry.get(A)]).toEqual([false, bytes]);
    await images.delete(A);
    expect(await registry.get(A)).toBe(bytes);
    await registry.delete(A);
    expect(await blobs.list()).toEqual([]);
  });

  it('are not deleted by one who never had them', async () => {
    const { images, registry } = await setUp();
    await images.put(A, bytes);
    await registry.delete(A);
    expect(await images.get(A)).toBe(bytes);
  });

  it('outlast the object that knew of them', async () => {
    const { blobs, state, images, registry } = await setUp();
    await images.put(A, bytes);
    await registry.put(A, bytes);
    const again = await SharedBlobs.open(blobs, state);
    await again.view('images').delete(A);
    expect(await again.view('registry').get(A)).toBe(bytes);
    await again.view('registry').delete(A);
    expect(await blobs.list()).toEqual([]);
    expect(await state.list('')).toEqual([]);
  });

  it('survive a delete and a put at once', async () => {
    class SlowBlobStore extends MemoryBlobStore {
      override async put(digest: Digest, given: Uint8Array): Promise<void> {
        const isHere = await this.has(digest);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (!isHere) await super.put(digest, given);
      }
      override async delete(digest: Digest): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await super.delete(digest);
      }
    }
    const shared = await SharedBlobs.open(new SlowBlobStore(), new MemoryStateStore());
    const images = shared.view('images');
    const registry = shared.view('registry');
    await images.put(A, bytes);
    await Promise.all([images.delete(A), registry.put(A, bytes)]);
    expect(await registry.get(A)).toEqual(bytes);
  });
});
