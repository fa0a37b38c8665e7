import type { Container } from './container.ts';
import { type Context, publish, transition, update } from './context.ts';
import { guard, isRunning } from './lifecycle.ts';
import { startContainer } from './run.ts';
import { parseSignal, SIGKILL, SIGTERM } from './signals.ts';

/** Seconds between the stop signal and SIGKILL if neither container nor user says. */
const DEFAULT_GRACE = 10;

export interface StopOptions {
  /** Name or number; the container's own stop signal if left out. */
  readonly signal?: string;
  /** Seconds of grace; negative waits for ever. */
  readonly timeout?: number;
}

/** Stops a container: the stop signal, and SIGKILL after the grace period. Throws ContainerError. */
export async function stopContainer(context: Context, container: Container, options: StopOptions = {}): Promise<void> {
  guard.stop(container.record.lifecycle);
  const { config } = container.record;
  const signal = parseSignal(options.signal || config.StopSignal || String(SIGTERM));
  const grace = options.timeout ?? config.StopTimeout ?? DEFAULT_GRACE;
  await update(context, container, { manuallyStopped: true });
  if (container.record.lifecycle.status === 'restarting') {
    await callOffRestart(context, container);
    return;
  }
  const { exited } = container;
  await sendSignal(context, container, signal);
  if (!(await settlesWithin(exited, grace))) {
    await sendSignal(context, container, SIGKILL);
    await exited;
  }
  publish(context, container, 'stop');
}

/** Throws ContainerError. The signal is a name or a number; empty is SIGKILL, which is waited for. */
export async function killContainer(context: Context, container: Container, text: string): Promise<void> {
  const signal = text === '' ? SIGKILL : parseSignal(text);
  guard.running(container.record.lifecycle, container.id);
  const { exited } = container;
  await sendSignal(context, container, signal);
  if (signal === SIGKILL) await exited;
}

export async function restartContainer(
  context: Context,
  container: Container,
  options: StopOptions = {},
): Promise<void> {
  if (isRunning(container.record.lifecycle)) {
    container.keptOnExit = true;
    try {
      await stopContainer(context, container, options);
      await container.settled;
    } finally {
      container.keptOnExit = false;
    }
  }
  await startContainer(context, container);
  publish(context, container, 'restart');
}

export function pauseContainer(context: Context, container: Container): Promise<void> {
  return container.exclusive(async () => {
    guard.pause(container.record.lifecycle, container.id);
    await context.machine.freeze(container.id, true);
    // It may have ended meanwhile.
    guard.pause(container.record.lifecycle, container.id);
    await transition(context, container, { type: 'paused' });
    publish(context, container, 'pause');
  });
}

export function unpauseContainer(context: Context, container: Container): Promise<void> {
  return container.exclusive(async () => {
    guard.unpause(container.record.lifecycle, container.id);
    await context.machine.freeze(container.id, false);
    if (container.record.lifecycle.status !== 'paused') return;
    await transition(context, container, { type: 'unpaused' });
    publish(context, container, 'unpause');
  });
}

/** A container between two runs is stopped by not starting it again. */
async function callOffRestart(context: Context, container: Container): Promise<void> {
  container.plannedRestart?.cancel();
  await container.exclusive(async () => {
    const { status, exitCode, oomKilled, finishedAt } = container.record.lifecycle;
    if (status !== 'restarting') return;
    await transition(context, container, { type: 'exited', exitCode, oomKilled, at: finishedAt });
  });
  publish(context, container, 'stop');
}

/** Signals a container's first process. One that is meant to end it also ends its restarting, and thaws it to be heard. */
async function sendSignal(context: Context, container: Container, signal: number): Promise<void> {
  if (!isRunning(container.record.lifecycle)) return;
  const { StopSignal } = container.record.config;
  const ends = signal === SIGKILL || !StopSignal || signal === parseSignal(StopSignal);
  if (ends) await update(context, container, { manuallyStopped: true });
  publish(context, container, 'kill', { signal: String(signal) });
  await container.process?.signal(signal);
  if (ends && container.record.lifecycle.status === 'paused') await unpauseContainer(context, container);
}

/** Whether the promise settles within so many seconds; negative waits for ever. */
async function settlesWithin(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  if (seconds < 0) {
    await promise;
    return true;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  const inTime = promise.then(() => true);
  const result = await Promise.race([inTime, late]);
  clearTimeout(timer);
  return result;
}
