import type { TransferKind, TransferListener } from '../../registry/transfer.ts';
import type { TransferEvent } from './types.ts';

type Listener = (event: TransferEvent) => void;

/** Tells of every pull and push of an engine while it goes on. Nothing is kept: what it brought is among the images. */
export class TransferFeed {
  readonly #listeners = new Set<Listener>();
  #last = 0;

  /** To be handed to the registry service. */
  readonly watch = (kind: TransferKind, name: string): TransferListener => {
    this.#last += 1;
    const transfer = this.#last;
    this.#tell({ transfer, begin: { kind, name } });
    return {
      layers: (layers) => this.#tell({ transfer, layers }),
      progress: (progress) => {
        if (!('status' in progress) || progress.id === undefined) return;
        const { id, status, progressDetail } = progress;
        const { current, total } = progressDetail ?? {};
        this.#tell({ transfer, layer: { id, status, ...(total !== undefined && { current: current ?? 0, total }) } });
      },
      end: (failure) => {
        const message = failure instanceof Error ? failure.message : String(failure);
        this.#tell({ transfer, end: failure === undefined ? {} : { failure: message } });
      },
    };
  };

  /** @returns what ends it */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: TransferEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
