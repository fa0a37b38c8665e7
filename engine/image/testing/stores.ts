import { EventLog } from '../../events/event-log.ts';
import type { BlobStore } from '../../stores/blob-store.ts';
import { MemoryBlobStore } from '../../stores/memory-blob-store.ts';
import { MemoryStateStore } from '../../stores/memory-state-store.ts';
import type { StateStore } from '../../stores/state-store.ts';
import { ImageStore, type ImageStoreOptions } from '../image-store.ts';

export interface TestStore {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly events: EventLog;
  /** The same stores, opened anew. */
  reopen(): Promise<ImageStore>;
}

/** An image store in memory, with what is under it. */
export async function memoryImageStore(options: Partial<ImageStoreOptions> = {}): Promise<TestStore> {
  const all = {
    blobs: new MemoryBlobStore(),
    state: new MemoryStateStore(),
    events: new EventLog(),
    ...options,
  };
  return { ...all, store: await ImageStore.open(all), reopen: () => ImageStore.open(all) };
}
