import type { ContainersPruneResponse, Filters } from '../api/types.ts';
import { parseDuration, parseTime } from './clock.ts';
import type { Context } from './context.ts';
import { invalidParameter } from './errors.ts';
import { checkFilters, matchesLabels } from './filters.ts';
import { isRunning } from './lifecycle.ts';
import { removeContainer } from './remove.ts';
import { containerSizes } from './sizes.ts';

/** When `until=` ends, in microseconds since the epoch: a time, or how long ago. Throws ContainerError. */
export function untilTime(filters: Filters, now: number): number | undefined {
  const [text, ...more] = filters.until ?? [];
  if (text === undefined) return undefined;
  if (more.length > 0) throw invalidParameter('more than one until filter specified');
  const duration = parseDuration(text);
  const time = duration === undefined ? parseTime(text) : now - duration;
  if (time === undefined) throw invalidParameter(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  return time;
}

/** Removes every container that does not run. */
export async function pruneContainers(context: Context, filters: Filters): Promise<ContainersPruneResponse> {
  checkFilters(filters, ['label', 'label!', 'until']);
  const until = untilTime(filters, context.clock());
  const removed: string[] = [];
  let reclaimed = 0;
  for (const container of [...context.containers.values()]) {
    const { lifecycle, config, created } = container.record;
    if (isRunning(lifecycle) || lifecycle.status === 'restarting' || lifecycle.status === 'removing') continue;
    if (until !== undefined && created > until) continue;
    if (!matchesLabels(filters.label ?? [], config.Labels ?? {})) continue;
    if (filters['label!']?.length && matchesLabels(filters['label!'], config.Labels ?? {})) continue;
    const size = await containerSizes(context, container).catch(() => ({ SizeRw: 0 }));
    try {
      await removeContainer(context, container);
      removed.push(container.id);
      reclaimed += size.SizeRw;
    } catch {
      // Started or removed meanwhile: not ours to remove any more.
    }
  }
  context.events.publish('container', 'prune', '', { reclaimed: String(reclaimed) });
  return { ContainersDeleted: removed.length > 0 ? removed : null, SpaceReclaimed: reclaimed };
}
