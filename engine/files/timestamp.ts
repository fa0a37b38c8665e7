/** A moment as Linux keeps it: whole seconds since the epoch and nanoseconds, 0 to 999,999,999. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** From milliseconds since the epoch, as `Date.now()` gives. */
export function fromMilliseconds(milliseconds: number): Timestamp {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.min(999_999_999, Math.round((milliseconds - seconds * 1000) * 1e6)) };
}

/** From seconds with a fraction, as file trees carry. */
export function fromSeconds(value: number): Timestamp {
  const seconds = Math.floor(value);
  return { seconds, nanoseconds: Math.min(999_999_999, Math.round((value - seconds) * 1e9)) };
}

/** Seconds with a fraction; a double keeps today's moments to about 0.2 microseconds. */
export function toSeconds(timestamp: Timestamp): number {
  return timestamp.seconds + timestamp.nanoseconds / 1e9;
}
