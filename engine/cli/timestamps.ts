import { parseDuration } from '../dockerfile/duration.ts';
import { CliError } from './errors.ts';

/**
 * `--since` and `--until` as the API takes them, seconds since the epoch with a fraction: a duration back from now, a
 * Unix time, or a date (`2006-01-02`, `2006-01-02T15:04:05`, with or without fraction and zone). Throws CliError.
 */
export function timestamp(text: string, now = Date.now()): string {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== undefined && text !== '0') return String(Math.floor((now - nanoseconds / 1e6) / 1000));
  if (/^\d+(\.\d{1,9})?$/.test(text)) return text;
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d(?::\d\d(?::\d\d)?)?)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (!match) throw new CliError(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  const [, date, time = '00', fraction = '', zone = 'Z'] = match;
  const clock = `${time}:00:00`.slice(0, 8);
  const milliseconds = Date.parse(`${date}T${clock}${zone}`);
  if (Number.isNaN(milliseconds)) {
    throw new CliError(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  }
  return `${milliseconds / 1000}.${fraction.padEnd(9, '0')}`;
}
