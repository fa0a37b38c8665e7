import type { EventLog } from '../events/event-log.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Machine } from '../machine/machine.ts';
import type { StateStore } from '../stores/state-store.ts';
import { type Clock, rfc3339Nano } from './clock.ts';
import type { Container } from './container.ts';
import type { ExecInstance } from './exec-instance.ts';
import { lookUp } from './ids.ts';
import type { LayerPublisher } from './layer-publisher.ts';
import { type Lifecycle, next, type Transition } from './lifecycle.ts';
import type { Networks } from './network/networks.ts';
import { type ContainerRecord, recordKey } from './record.ts';
import type { Volumes } from './volumes/volumes.ts';

/** What every container operation works with. */
export interface Context {
  readonly machine: Machine;
  readonly images: ImageStore;
  readonly state: StateStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly layers: LayerPublisher;
  readonly networks: Networks;
  readonly volumes: Volumes;
  /** By ID. */
  readonly containers: Map<string, Container>;
  /** All exec instances, by ID. */
  readonly execs: Map<string, ExecInstance>;
  /** Names given to containers that are being created, so that two creates at once cannot share one. */
  readonly reserved: Set<string>;
}

/** By ID, name or ID prefix. Throws ContainerError. */
export const findContainer = (context: Context, query: string): Container => lookUp(context.containers.values(), query);

export const nowText = (context: Context): string => rfc3339Nano(context.clock());

/** Replaces parts of a container's record, in memory at once and in the store before it resolves. */
export function update(context: Context, container: Container, change: Partial<ContainerRecord>): Promise<void> {
  container.record = { ...container.record, ...change };
  const { record } = container;
  return container.store(() => context.state.set(recordKey(container.id), record));
}

export function transition(
  context: Context,
  container: Container,
  what: Transition,
  change: Partial<ContainerRecord> = {},
): Promise<void> {
  const lifecycle: Lifecycle = next(container.record.lifecycle, what);
  return update(context, container, { ...change, lifecycle });
}

/** Publishes a container event with dockerd's attributes: the labels, image and name, then the action's own. */
export function publish(
  context: Context,
  container: Container,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { config, name } = container.record;
  context.events.publish('container', action, container.id, {
    ...config.Labels,
    image: config.Image,
    name,
    ...attributes,
  });
}
