import type { Session } from './command.ts';
import { joined } from './errors.ts';

/** Does something to each of several objects and prints the names of those it was done to. Throws all failures as one. */
export async function forEachName(
  session: Session,
  names: readonly string[],
  action: (name: string) => Promise<void>,
): Promise<undefined> {
  // At the same time, so that stopping ten containers waits for one grace period and not for ten.
  const outcomes = await Promise.allSettled(names.map(action));
  const failures: unknown[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') await session.out.line(names[index]);
    else failures.push(outcome.reason);
  }
  const failure = joined(failures);
  if (failure) throw failure;
}
