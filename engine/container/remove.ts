import { MachineError } from '../machine/errors.ts';
import type { Container } from './container.ts';
import { type Context, publish, transition, update } from './context.ts';
import { ContainerError } from './errors.ts';
import { guard, isRunning } from './lifecycle.ts';
import { recordKey } from './record.ts';
import { SIGKILL } from './signals.ts';

export interface RemoveOptions {
  /** Kills the container first if it runs. */
  readonly force?: boolean;
  /** Volumes made for this container alone go too. */
  readonly volumes?: boolean;
  /** The caller holds {@link Container.exclusive} already. */
  readonly inside?: boolean;
}

/** Removes a container and its writable layer. Throws ContainerError in dockerd's words. */
export async function removeContainer(
  context: Context,
  container: Container,
  options: RemoveOptions = {},
): Promise<void> {
  const { id, name } = container;
  const force = options.force ?? false;
  guard.remove(container.record.lifecycle, id, name, force);
  container.plannedRestart?.cancel();
  if (isRunning(container.record.lifecycle)) {
    await update(context, container, { manuallyStopped: true });
    const { settled } = container;
    if (container.record.lifecycle.status === 'paused') await context.machine.freeze(id, false).catch(() => {});
    publish(context, container, 'kill', { signal: String(SIGKILL) });
    await container.process?.signal(SIGKILL).catch(() => {});
    // With --rm the end removes it already; erase then finds nothing to do.
    await settled;
  }
  if (options.inside) await erase(context, container, force);
  else await container.exclusive(() => erase(context, container, force));
  if (!options.volumes) return;
  for (const { name, anonymous } of container.record.mounts) {
    // One that another container has come to use stays, as with Docker.
    if (name !== undefined && anonymous) await context.volumes.remove(name, true).catch(() => {});
  }
}

async function erase(context: Context, container: Container, force: boolean): Promise<void> {
  const { id, name } = container;
  if (!context.containers.has(id)) return;
  guard.remove(container.record.lifecycle, id, name, force);
  await transition(context, container, { type: 'removing' });
  try {
    if (container.record.hasUpper) await context.machine.removeContainer(id);
  } catch (error) {
    // A guest that is gone or knows no such container has nothing left to remove.
    const nothingLeft = error instanceof MachineError && (error.code === 'crashed' || error.code === 'not-found');
    if (!nothingLeft) {
      const reason = error instanceof Error ? error.message : String(error);
      await transition(context, container, { type: 'removal-failed', error: reason });
      throw new ContainerError(
        'system',
        `container ${id}: driver "overlay2" failed to remove root filesystem: ${reason}`,
      );
    }
  }
  await container.store(() => context.state.delete(recordKey(id)));
  context.containers.delete(id);
  for (const exec of container.execs.keys()) context.execs.delete(exec);
  container.streams.end();
  container.log.end();
  publish(context, container, 'destroy');
  container.notify('removal');
}
