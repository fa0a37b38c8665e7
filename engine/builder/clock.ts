/** Microseconds since the epoch. */
export type Clock = () => number;

/** RFC 3339 with as many digits of the fraction as there are. */
export function rfc3339(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const fraction = String(Math.floor(microseconds - seconds * 1e6))
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`;
}
