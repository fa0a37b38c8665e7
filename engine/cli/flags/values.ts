import { parseDuration } from '../../dockerfile/duration.ts';
import type { FlagType } from './flag.ts';

/** A value that a flag does not take; the message is the tail of Docker's. */
export class FlagValueError extends Error {
  override readonly name = 'FlagValueError';
  readonly code = 'flag-value';
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const BYTE_UNITS = 'kmgtp';

export type ParsedValue = boolean | number | string | readonly string[];

/** Throws {@link FlagValueError}. Types that may be repeated give what is to be appended. */
export function parseFlagValue(name: string, type: FlagType, text: string): ParsedValue {
  switch (type) {
    case 'bool':
      return parseBool(text);
    case 'int':
      return parseInteger(text, /^[+-]?\d+$/, 'ParseInt');
    case 'uint16':
      return parseInteger(text, /^\d+$/, 'ParseUint');
    case 'bytes':
      return name === 'memory-swap' && text === '-1' ? -1 : parseBytes(text);
    case 'decimal':
      return parseDecimal(text);
    case 'duration':
      return parseFlagDuration(text);
    case 'filter':
      return [parseFilter(text)];
    case 'strings':
      return text.split(',');
    case 'string':
      return text;
    default:
      return [text];
  }
}

function parseBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new FlagValueError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function parseInteger(text: string, pattern: RegExp, parser: string): number {
  // Go takes base prefixes here: 0x10, 0o17, 0b1.
  if (/^0[xob][\da-f]+$/i.test(text) && Number.isInteger(Number(text))) return Number(text);
  if (pattern.test(text)) return Number(text);
  throw new FlagValueError(`strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** `512m`, `1.5g`, `100`: powers of 1024. Throws {@link FlagValueError}. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text.trim());
  if (!match) throw new FlagValueError(`invalid size: '${text}'`);
  const power = match[2] ? BYTE_UNITS.indexOf(match[2].toLowerCase()) + 1 : 0;
  return Math.floor(Number(match[1]) * 1024 ** power);
}

function parseDecimal(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:\/(\d+))?$/.exec(text);
  if (!match) throw new FlagValueError(`failed to parse ${text} as a rational number`);
  return Number(match[1]) / Number(match[2] ?? 1);
}

function parseFlagDuration(text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== undefined) return nanoseconds;
  const unitMissing = /^[+-]?[\d.]+$/.test(text);
  throw new FlagValueError(`time: ${unitMissing ? 'missing unit in' : 'invalid'} duration ${JSON.stringify(text)}`);
}

function parseFilter(text: string): string {
  const equals = text.indexOf('=');
  if (equals < 0) throw new FlagValueError('bad format of filter (expected name=value)');
  return `${text.slice(0, equals).trim().toLowerCase()}=${text.slice(equals + 1).trim()}`;
}
