import type { WaitCondition } from '../api/types.ts';
import type { Container } from './container.ts';
import { isRunning } from './lifecycle.ts';

/** Waits as `POST /containers/{id}/wait` does; gives the exit code. Never settles if `signal` aborts first. */
export async function waitForContainer(
  container: Container,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<number> {
  if (condition === 'removed') return container.next('removal', signal);
  if (condition === 'not-running') {
    const { status } = container.record.lifecycle;
    if (!isRunning(container.record.lifecycle) && status !== 'restarting') {
      // An exit is told when all that follows from it has been done, which `wait` then shows.
      return container.record.lifecycle.exitCode;
    }
  }
  return container.next('exit', signal);
}
