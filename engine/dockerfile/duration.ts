const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration written as Go writes them (`1m30s`, `-1.5h`, `0`); undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  const body = match?.[2];
  if (body === undefined) return undefined;
  if (body === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0;
  for (const [, amount, unit] of body.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return match?.[1] === '-' ? -total : total;
}
