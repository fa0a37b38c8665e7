import type { TransferEvent, TransferStep } from '../../../engine/api/lab/types.ts';
import { plural } from '../../ui/words.ts';

/** The newest pull or push of the engine, as far as it has come; immutable. */
export interface TransferFact {
  /** Counted by the engine. */
  readonly id: number;
  readonly kind: 'pull' | 'push';
  /** As people write it. */
  readonly name: string;
  /** Base first; empty as long as they are not known, and where there is nothing to do. */
  readonly layers: readonly MovingLayer[];
  readonly outcome: 'running' | 'done' | 'failed';
  /** Why it failed. */
  readonly failure: string | undefined;
}

export interface MovingLayer {
  readonly id: string;
  readonly diffId: string;
  /** Bytes on the way. */
  readonly size: number;
  /** Docker's words for what happens to it: `Downloading`, `Already exists`. */
  readonly status: string;
  /** Bytes that have come or gone. */
  readonly moved: number;
}

/** The transfer after one more event; events of others than the newest change nothing. */
export function applyTransferEvent(transfer: TransferFact | null, event: TransferEvent): TransferFact | null {
  if ('begin' in event) {
    const { kind, name } = event.begin;
    return { id: event.transfer, kind, name, layers: [], outcome: 'running', failure: undefined };
  }
  if (transfer?.id !== event.transfer) return transfer;
  if ('layers' in event) {
    return { ...transfer, layers: event.layers.map((layer) => ({ ...layer, status: 'Waiting', moved: 0 })) };
  }
  if ('end' in event) {
    const { failure } = event.end;
    return { ...transfer, outcome: failure === undefined ? 'done' : 'failed', failure };
  }
  const { layer } = event;
  return { ...transfer, layers: transfer.layers.map((known) => (known.id === layer.id ? moved(known, layer) : known)) };
}

function moved(layer: MovingLayer, { status, current, total }: TransferStep): MovingLayer {
  // Unpacking is counted again from the start: what has come has come.
  const counted = status === 'Downloading' || status === 'Pushing';
  if (counted) return { ...layer, status, moved: total ? (layer.size * (current ?? 0)) / total : layer.moved };
  const complete = /^(Download|Pull) complete$|^Pushed$|^Verifying|^Extracting/.test(status);
  return { ...layer, status, moved: complete ? layer.size : layer.moved };
}

/** Whether it was where it goes to before: nothing was moved for it. */
export function isPresent({ status }: MovingLayer): boolean {
  return /already exists|^Mounted from/i.test(status);
}

/** What a layer's bar says: Docker's words, and how much of it has been moved. */
export function movingWords(layer: MovingLayer): string {
  const { status, moved: bytes, size } = layer;
  const counted = status === 'Downloading' || status === 'Pushing';
  return counted && size > 0 ? `${status} ${Math.round((100 * bytes) / size)} %` : status;
}

/** What to say when a pull or push ends; null before that. */
export function announceTransfer({ kind, name, layers, outcome, failure }: TransferFact): string | null {
  if (outcome === 'running') return null;
  if (outcome === 'failed') return `The ${kind} of ${name} failed: ${failure}`;
  const present = layers.filter(isPresent).length;
  const moved = layers.length - present;
  if (kind === 'pull') {
    if (layers.length === 0) return `${name} was here already.`;
    return `Pulled ${name}: ${plural(moved, 'layer')} fetched${present > 0 ? `, ${present} already here` : ''}.`;
  }
  return `Pushed ${name}: ${plural(moved, 'layer')} sent${present > 0 ? `, ${present} already there` : ''}.`;
}
