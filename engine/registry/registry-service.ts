import type { Image } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Reference } from '../image/reference.ts';
import type { RegistryClient, Repository } from './client/registry-client.ts';
import { type DistributionInspect, inspectDistribution } from './inspect-distribution.ts';
import { logIn } from './log-in.ts';
import type { PullProgress, PushProgress } from './progress.ts';
import { pull, pullAll } from './pull.ts';
import { push, pushAll } from './push.ts';
import { type SearchResult, search } from './search.ts';

export interface TransferOptions<P> {
  readonly onProgress?: ((progress: P) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an engine does with registries. All throw RegistryError and ImageError. */
export class RegistryService {
  readonly #client: RegistryClient;
  readonly #images: ImageStore;

  constructor(client: RegistryClient, images: ImageStore) {
    this.#client = client;
    this.#images = images;
  }

  pull(reference: Reference, options: TransferOptions<PullProgress>): Promise<Image> {
    return pull(reference, { ...options, client: this.#client, images: this.#images });
  }

  pullAll(repository: Repository, options: TransferOptions<PullProgress>): Promise<readonly Image[]> {
    return pullAll(repository, { ...options, client: this.#client, images: this.#images });
  }

  push(reference: Reference, options: TransferOptions<PushProgress>): Promise<void> {
    return push(reference, { ...options, client: this.#client, images: this.#images });
  }

  pushAll(repository: Repository, options: TransferOptions<PushProgress>): Promise<void> {
    return pushAll(repository, { ...options, client: this.#client, images: this.#images });
  }

  inspect(reference: Reference, signal?: AbortSignal): Promise<DistributionInspect> {
    return inspectDistribution(this.#client, reference, signal);
  }

  search(term: string, signal?: AbortSignal): Promise<readonly SearchResult[]> {
    return search(this.#client, term, signal);
  }

  logIn(address: string): void {
    logIn(this.#client, address);
  }
}
