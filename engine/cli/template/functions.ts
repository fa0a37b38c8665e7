import { printValue } from './print.ts';

export type TemplateFunction = (...args: readonly unknown[]) => unknown;

const text = (value: unknown): string => (typeof value === 'string' ? value : printValue(value));

/** Go's encoding/json: `<`, `>` and `&` are escaped unless `html` is false. */
export function goJson(value: unknown, html = true): string {
  const json = JSON.stringify(value) ?? 'null';
  return html ? json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : json;
}

/** Truth as templates have it: empty lists, maps and strings are false. */
export function truth(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function length(value: unknown): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function index(value: unknown, ...keys: readonly unknown[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) {
      if (typeof key !== 'number' || key < 0 || key >= inner.length)
        throw new RangeError(`error calling index: index out of range: ${text(key)}`);
      return inner[key];
    }
    if (typeof inner === 'object' && inner !== null) return (inner as Record<string, unknown>)[text(key)] ?? '';
    if (inner === null || inner === undefined) throw new RangeError('error calling index: index of untyped nil');
    throw new RangeError(`error calling index: can't index item of type ${typeof inner}`);
  }, value);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** C-style verbs that templates use: %s %v %d %q %t %f %x with width and precision. */
function printf(format: unknown, ...args: readonly unknown[]): string {
  let next = 0;
  return text(format).replace(/%([-+0 #]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_, flags, width, precision, verb) => {
    if (verb === '%') return '%';
    const shown = verbText(verb, args[next++], precision === undefined ? undefined : Number(precision));
    const fill = flags.includes('0') && !flags.includes('-') ? '0' : ' ';
    return flags.includes('-') ? shown.padEnd(Number(width)) : shown.padStart(Number(width), fill);
  });
}

function verbText(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case 'q':
      return JSON.stringify(text(value));
    case 'f':
      return Number(value).toFixed(precision ?? 6);
    case 'x':
      return Number(value).toString(16);
    default:
      return precision === undefined ? text(value) : text(value).slice(0, precision);
  }
}

function slice(value: unknown, start: unknown = 0, end?: unknown): unknown {
  const bounds = [Number(start), end === undefined ? undefined : Number(end)] as const;
  return Array.isArray(value) ? value.slice(...bounds) : text(value).slice(...bounds);
}

/** Go's own functions and those that Docker adds ("Format command and log output"). */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['json', (value) => goJson(value, false)],
  ['join', (list, separator) => (Array.isArray(list) ? list.map(text).join(text(separator)) : text(list))],
  ['split', (value, separator) => text(value).split(text(separator))],
  ['lower', (value) => text(value).toLowerCase()],
  ['upper', (value) => text(value).toUpperCase()],
  ['title', (value) => text(value).replace(/(^|\s)(\S)/g, (_, blank, letter) => blank + letter.toUpperCase())],
  ['pad', (value, before, after) => ' '.repeat(Number(before)) + text(value) + ' '.repeat(Number(after))],
  ['truncate', (value, width) => text(value).slice(0, Number(width))],
  ['table', (value) => value],
  ['print', (...args) => args.map(text).join(' ')],
  ['println', (...args) => `${args.map(text).join(' ')}\n`],
  ['printf', printf],
  ['len', length],
  ['index', index],
  ['slice', slice],
  ['html', (value) => text(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)],
  ['urlquery', (value) => encodeURIComponent(text(value)).replaceAll('%20', '+')],
  ['not', (value) => !truth(value)],
  ['and', (...args) => args.find((value) => !truth(value)) ?? args.at(-1)],
  ['or', (...args) => args.find(truth) ?? args.at(-1)],
  ['eq', (first, ...others) => others.some((other) => compare(first, other) === 0)],
  ['ne', (a, b) => compare(a, b) !== 0],
  ['lt', (a, b) => compare(a, b) < 0],
  ['le', (a, b) => compare(a, b) <= 0],
  ['gt', (a, b) => compare(a, b) > 0],
  ['ge', (a, b) => compare(a, b) >= 0],
]);
