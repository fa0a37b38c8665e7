import type { RestartPolicy } from '../api/types.ts';

/** Milliseconds before the first restart; doubled for each one that follows soon. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 60_000;
/** A run of at least so many milliseconds was a good one: the delay begins anew (moby, restartmanager). */
const GOOD_RUN = 10_000;

/** How a run ended, as far as restart policies care. */
export interface EndOfRun {
  readonly exitCode: number;
  /** Milliseconds it lasted. */
  readonly lasted: number;
  /** How often it was restarted since it was last started by hand. */
  readonly restarts: number;
  /** The delay before this run; 0 if it was started by hand. */
  readonly lastDelay: number;
  /** A user stopped or killed it. */
  readonly manuallyStopped: boolean;
}

/** Milliseconds to wait before the container is started again; undefined if it is not to be. */
export function restartDelay(policy: RestartPolicy, end: EndOfRun): number | undefined {
  if (end.manuallyStopped || !wants(policy, end)) return undefined;
  if (end.lastDelay === 0 || end.lasted >= GOOD_RUN) return FIRST_DELAY;
  return Math.min(end.lastDelay * 2, LONGEST_DELAY);
}

function wants({ Name, MaximumRetryCount }: RestartPolicy, { exitCode, restarts }: EndOfRun): boolean {
  switch (Name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (MaximumRetryCount === 0 || restarts < MaximumRetryCount);
    case 'no':
    case '':
      return false;
  }
}

/** Whether a container is started when the engine or its machine is. */
export const startsWithEngine = (policy: RestartPolicy, manuallyStopped: boolean): boolean =>
  policy.Name === 'always' || (policy.Name === 'unless-stopped' && !manuallyStopped);
