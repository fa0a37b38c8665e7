import type { Lifecycle } from './lifecycle.ts';

/** A duration in words, as docker/go-units' HumanDuration. */
export function humanDuration(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

const sinceText = (time: string, now: number): string => humanDuration(now - Date.parse(time) * 1000);

/** The STATUS column of `docker ps`. `now` in microseconds since the epoch. */
export function describeStatus(state: Lifecycle, now: number): string {
  switch (state.status) {
    case 'running':
      return `Up ${sinceText(state.startedAt, now)}`;
    case 'paused':
      return `Up ${sinceText(state.startedAt, now)} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${sinceText(state.finishedAt, now)} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
    case 'exited':
      return `Exited (${state.exitCode}) ${sinceText(state.finishedAt, now)} ago`;
  }
}
