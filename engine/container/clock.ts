/** Microseconds since the epoch: what a double holds exactly, and finer than a browser's clock. */
export type Clock = () => number;

export const systemClock: Clock = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

function digits(microseconds: number): { readonly seconds: string; readonly nanoseconds: string } {
  const seconds = Math.floor(microseconds / 1_000_000);
  const rest = Math.round(microseconds - seconds * 1_000_000);
  return {
    seconds: new Date(seconds * 1000).toISOString().slice(0, 19),
    nanoseconds: `${String(rest).padStart(6, '0')}000`,
  };
}

/** Go's RFC3339Nano: trailing zeros of the fraction left out, as in the JSON bodies of the API. */
export function rfc3339Nano(microseconds: number): string {
  const { seconds, nanoseconds } = digits(microseconds);
  const fraction = nanoseconds.replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** RFC 3339 with nine digits always, as `docker logs --timestamps` prints. */
export function rfc3339NanoFixed(microseconds: number): string {
  const { seconds, nanoseconds } = digits(microseconds);
  return `${seconds}.${nanoseconds}Z`;
}

/**
 * A time in a query: seconds since the epoch with an optional fraction, or RFC 3339. Gives microseconds.
 * Undefined if it is neither (Engine API, "since" and "until").
 */
export function parseTime(text: string): number | undefined {
  const unix = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (unix) {
    const whole = Number(unix[1]) * 1_000_000;
    const fraction = Number((unix[2] ?? '').padEnd(9, '0')) / 1000;
    return whole + Math.floor(fraction);
  }
  if (!/^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const base = Date.parse(text.replace(/\.\d+/, ''));
  if (Number.isNaN(base)) return undefined;
  return base * 1000 + Math.floor(Number(fraction.padEnd(9, '0').slice(0, 9)) / 1000);
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** Go's duration syntax (`1h30m`, `-1.5s`) in microseconds; undefined if it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (!match) return text === '0' ? 0 : undefined;
  let total = 0;
  for (const [, value, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(value) * (DURATION_UNITS[unit ?? 's'] ?? 0);
  }
  return match[1] === '-' ? -total : total;
}
