import type { Image } from '../image/image.ts';
import type { ImageStore } from '../image/image-store.ts';
import { familiarName, familiarRepository, type Reference } from '../image/reference.ts';
import type { RegistryClient, Repository } from './client/registry-client.ts';
import { type DistributionInspect, inspectDistribution } from './inspect-distribution.ts';
import { logIn } from './log-in.ts';
import type { PullProgress, PushProgress } from './progress.ts';
import { pull, pullAll } from './pull.ts';
import { push, pushAll } from './push.ts';
import { type SearchResult, search } from './search.ts';
import type { TransferKind, TransferLayer, TransferRun, TransferWatcher } from './transfer.ts';

export interface TransferOptions<P> {
  readonly onProgress?: ((progress: P) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an engine does with registries. All throw RegistryError and ImageError. */
export class RegistryService {
  readonly #client: RegistryClient;
  readonly #images: ImageStore;
  readonly #watch: TransferWatcher | undefined;

  /** @param watch told of every pull and push */
  constructor(client: RegistryClient, images: ImageStore, watch?: TransferWatcher) {
    this.#client = client;
    this.#images = images;
    this.#watch = watch;
  }

  pull(reference: Reference, options: TransferOptions<PullProgress>): Promise<Image> {
    return this.#watched('pull', familiarName(reference), options, (all) => pull(reference, all));
  }

  pullAll(repository: Repository, options: TransferOptions<PullProgress>): Promise<readonly Image[]> {
    return this.#watched('pull', familiarRepository(repository), options, (all) => pullAll(repository, all));
  }

  push(reference: Reference, options: TransferOptions<PushProgress>): Promise<void> {
    return this.#watched('push', familiarName(reference), options, (all) => push(reference, all));
  }

  pushAll(repository: Repository, options: TransferOptions<PushProgress>): Promise<void> {
    return this.#watched('push', familiarRepository(repository), options, (all) => pushAll(repository, all));
  }

  async #watched<P extends PullProgress | PushProgress, T>(
    kind: TransferKind,
    name: string,
    { signal, onProgress }: TransferOptions<P>,
    run: (options: TransferRun<P>) => Promise<T>,
  ): Promise<T> {
    const listener = this.#watch?.(kind, name);
    const report = (progress: P) => {
      listener?.progress(progress);
      onProgress?.(progress);
    };
    const onLayers = (layers: readonly TransferLayer[]) => listener?.layers(layers);
    try {
      const result = await run({ client: this.#client, images: this.#images, signal, onProgress: report, onLayers });
      listener?.end();
      return result;
    } catch (error) {
      listener?.end(error);
      throw error;
    }
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
