import { StartError } from '../machine/errors.ts';
import type { ExitStatus } from '../machine/machine.ts';
import type { Container } from './container.ts';
import { type Context, nowText, publish, transition, update } from './context.ts';
import { endedProcess } from './ended-process.ts';
import { ContainerError } from './errors.ts';
import { guard } from './lifecycle.ts';
import { enterNetworks, leaveNetworks, startOnNetworks } from './network/enter.ts';
import { ProcessStreams } from './process-streams.ts';
import type { ContainerRecord } from './record.ts';
import { removeContainer } from './remove.ts';
import { restartDelay, startsWithEngine } from './restart-policy.ts';
import { runtimeConfig } from './runtime/runtime-config.ts';
import { SIGKILL } from './signals.ts';
import { execveFailure, startFailure } from './start-failure.ts';

/** What a container is said to have exited with when the machine went away under it: as if it had been killed. */
export const MACHINE_GONE_EXIT_CODE = 128 + SIGKILL;
export const LAYER_GONE = 'the machine was restarted: what was written in this container is gone';

/** Starts a container that is not running. Throws ContainerError in dockerd's words. */
export async function startContainer(context: Context, container: Container): Promise<void> {
  guard.start(container.record.lifecycle);
  await container.settled;
  await container.exclusive(async () => {
    guard.start(container.record.lifecycle);
    container.restartDelay = 0;
    await launch(context, container, { restartCount: 0, manuallyStopped: false });
  });
}

/** Starts what its restart policy says is to run whenever the engine and its machine do. */
export async function startByPolicy(context: Context): Promise<void> {
  for (const container of [...context.containers.values()]) {
    const { host, lifecycle, manuallyStopped } = container.record;
    if (lifecycle.status !== 'exited' || !startsWithEngine(host.RestartPolicy, manuallyStopped)) continue;
    // Why it could not be is in its state, as for any start.
    await startContainer(context, container).catch(() => {});
  }
}

async function launch(context: Context, container: Container, change: Partial<ContainerRecord>): Promise<void> {
  const { id, host, mounts, layers, path, args } = container.record;
  try {
    const { config, namespace, etcOwner, etcFiles } = enterNetworks(context, container);
    const lowers = await context.layers.publish(layers);
    const root = await context.images.rootfs(layers);
    for (const { type, source, makeSource } of mounts) {
      // What is there already, a file too, is left as it is.
      if (type === 'bind' && makeSource && (await context.machine.kindOf(source)) === undefined)
        await context.machine.makeDirectory(source);
    }
    const networks = { etcOwner, ...(namespace !== undefined && { networkNamespace: namespace }) };
    const spec = runtimeConfig({ id, args: [path, ...args], config, host, mounts, root, ...networks });
    container.process = await startOnNetworks(container, (network) =>
      context.machine.startContainer({ id, lowers, spec, files: etcFiles, ...(network && { network }) }),
    ).catch((error: unknown) => {
      const failed = execveFailure(error);
      if (failed) return endedProcess(failed.output, failed.exitCode, config.Tty);
      throw error;
    });
  } catch (error) {
    leaveNetworks(context, container);
    const failure =
      error instanceof ContainerError
        ? { ...error, message: error.message, exitCode: 128 }
        : startFailure(error, 'run');
    await transition(
      context,
      container,
      { type: 'start-failed', exitCode: failure.exitCode, error: failure.message },
      // The guest got as far as making a writable layer, which is to be removed with the container.
      error instanceof StartError ? { hasUpper: true } : {},
    );
    renewStreams(container);
    if (host.AutoRemove) await removeContainer(context, container, { force: true, inside: true, volumes: true });
    throw new ContainerError(failure.code, failure.message, { cause: error });
  }
  const { process } = container;
  const { config } = container.record;
  container.log.begin();
  const started = transition(
    context,
    container,
    { type: 'started', pid: process.pid, at: nowText(context) },
    { ...change, hasUpper: true },
  );
  if (!config.OpenStdin && !config.Tty) container.streams.closeInput();
  const begun = context.clock();
  publishMounts(context, container, 'mount');
  publish(context, container, 'start');
  container.exited = container.streams
    .run(process, (status) => markEnded(context, container, status, begun))
    .then(() => afterEnd(container));
  container.settled = container.exited.then(async () => {
    if (container.record.lifecycle.status === 'restarting') planRestart(context, container);
    if (!host.AutoRemove || container.keptOnExit) return;
    await removeContainer(context, container, { force: true, volumes: true }).catch(() => {});
  });
  await started;
}

/** Called between the last output and the end of clients' streams. */
function markEnded(context: Context, container: Container, status: ExitStatus | undefined, begun: number): void {
  const exitCode = status?.code ?? MACHINE_GONE_EXIT_CODE;
  const oomKilled = status?.oomKilled ?? false;
  container.process = undefined;
  container.log.end();
  const lasted = (context.clock() - begun) / 1000;
  const { host, restartCount, manuallyStopped } = container.record;
  const delay =
    status === undefined || container.keptOnExit
      ? undefined
      : restartDelay(host.RestartPolicy, {
          exitCode,
          lasted,
          restarts: restartCount,
          lastDelay: container.restartDelay,
          manuallyStopped,
        });
  container.restartDelay = delay ?? 0;
  const type = delay === undefined ? 'exited' : 'restarting';
  // The store is told in the background: nobody may wait for it, and a later write carries the same record.
  transition(context, container, { type, exitCode, oomKilled, at: nowText(context) }).catch(() => {});
  publishMounts(context, container, 'unmount');
  if (oomKilled) publish(context, container, 'oom');
  publish(context, container, 'die', {
    execDuration: String(Math.floor(lasted / 1000)),
    exitCode: String(exitCode),
  });
  leaveNetworks(context, container);
}

/** Tells of a container's volumes being in use, or no more. */
function publishMounts({ events }: Context, { id, record }: Container, action: 'mount' | 'unmount'): void {
  for (const { type, name, destination, readOnly } of record.mounts) {
    if (type !== 'volume' || name === undefined) continue;
    events.publish('volume', action, name, {
      container: id,
      driver: 'local',
      ...(action === 'mount' && { destination, propagation: '', 'read/write': String(!readOnly) }),
    });
  }
}

function afterEnd(container: Container): void {
  renewStreams(container);
  for (const exec of container.execs.values()) exec.streams.end();
  container.notify('exit');
}

function planRestart(context: Context, container: Container): void {
  const timer = setTimeout(() => {
    container.plannedRestart = undefined;
    container
      .exclusive(async () => {
        if (container.record.lifecycle.status !== 'restarting') return;
        await launch(context, container, { restartCount: container.record.restartCount + 1 });
      })
      // Why it failed is in its state; dockerd gives up then as well.
      .catch(() => {});
  }, container.restartDelay);
  container.plannedRestart = {
    cancel: () => {
      clearTimeout(timer);
      container.plannedRestart = undefined;
    },
  };
}

/** New streams for the next run, so that clients can attach before it starts. */
function renewStreams(container: Container): void {
  container.streams.end();
  container.streams = new ProcessStreams(container.log);
}

/** The guest is gone, and with it every writable layer. Containers say so until they are started again. */
export async function forgetUppers(context: Context): Promise<void> {
  for (const container of context.containers.values()) {
    if (!container.record.hasUpper) continue;
    await container.settled;
    const { lifecycle } = container.record;
    if (lifecycle.status === 'removing' || !context.containers.has(container.id)) continue;
    await update(context, container, { hasUpper: false, lifecycle: { ...lifecycle, error: LAYER_GONE } });
  }
}
