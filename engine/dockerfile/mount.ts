import { DockerfileError } from './error.ts';
import type { Word } from './range.ts';
import { suggest } from './suggest.ts';

export const MOUNT_TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
export type MountType = (typeof MOUNT_TYPES)[number];

/** `RUN --mount=...` after expansion (Dockerfile reference, "RUN --mount"). */
export interface Mount {
  readonly type: MountType;
  /** Undefined only for secrets and ssh, which have defaults of their own. */
  readonly target: string | undefined;
  readonly source: string | undefined;
  /** Stage or image that `bind` and `cache` start from. */
  readonly from: string | undefined;
  readonly readonly: boolean;
  readonly id: string | undefined;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly required: boolean;
  /** Environment variable that gets a secret. */
  readonly env: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Bytes, for tmpfs. */
  readonly size: number | undefined;
}

/** A mount flag as written: variables in it are not expanded yet. */
export interface MountSpec {
  readonly text: Word;
}

const ALIASES: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};
const KEYS = [
  'type',
  'from',
  'source',
  'target',
  'readonly',
  'readwrite',
  'rw',
  'id',
  'sharing',
  'required',
  'size',
  'mode',
  'uid',
  'gid',
  'env',
] as const;
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/**
 * Reads a mount's comma-separated options.
 * @param expand puts variables in: applied to each value but the type
 * @throws DockerfileError `flag-value`
 */
export function parseMount(spec: MountSpec, expand: (text: string) => string = (text) => text): Mount {
  const { value: text, range } = spec.text;
  const fail = (message: string, suggestion?: string) => new DockerfileError('flag-value', message, range, suggestion);
  const options = new Map<string, string>();
  for (const field of splitCsv(text)) {
    const equals = field.indexOf('=');
    const written = field.slice(0, equals < 0 ? undefined : equals).toLowerCase();
    const key = ALIASES[written] ?? written;
    if (!KEYS.some((known) => known === key)) {
      const all = [...KEYS, ...Object.keys(ALIASES)];
      throw fail(`unexpected key '${written}' in '${field}'`, suggest(written, all));
    }
    if (equals < 0 && !['readonly', 'readwrite', 'rw', 'required'].includes(key)) {
      throw fail(`invalid field '${field}' must be a key=value pair`);
    }
    options.set(key, key === 'type' ? field.slice(equals + 1) : equals < 0 ? 'true' : expand(field.slice(equals + 1)));
  }
  const written = options.get('type')?.toLowerCase() ?? 'bind';
  const type = MOUNT_TYPES.find((known) => known === written);
  if (!type) throw fail(`unsupported mount type ${JSON.stringify(written)}`, suggest(written, MOUNT_TYPES));
  const target = options.get('target');
  if (target === undefined && type !== 'secret' && type !== 'ssh') {
    throw fail('invalid mount: target is required');
  }
  const number = (key: string, radix: number) => {
    const value = options.get(key);
    if (value === undefined) return undefined;
    const parsed = Number.parseInt(value, radix);
    if (Number.isNaN(parsed)) throw fail(`invalid value ${value} for ${key}`);
    return parsed;
  };
  const flag = (key: string) => options.has(key) && options.get(key) !== 'false' && options.get(key) !== '0';
  const writable = flag('readwrite') || flag('rw') || options.get('readonly') === 'false';
  const sharing = options.get('sharing') ?? 'shared';
  if (sharing !== 'shared' && sharing !== 'private' && sharing !== 'locked') {
    throw fail(
      `unsupported sharing value ${JSON.stringify(sharing)}`,
      suggest(sharing, ['shared', 'private', 'locked']),
    );
  }
  return {
    type,
    target,
    source: options.get('source'),
    from: options.get('from'),
    readonly: type === 'bind' ? !writable : flag('readonly'),
    id: options.get('id'),
    sharing,
    required: flag('required'),
    env: options.get('env'),
    mode: number('mode', 8),
    uid: number('uid', 10),
    gid: number('gid', 10),
    size: parseSize(options.get('size'), fail),
  };
}

function parseSize(text: string | undefined, fail: (message: string) => Error): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?) ?([bkmg]?)i?b?$/i.exec(text);
  const unit = SIZE_UNITS[match?.[2]?.toLowerCase() ?? ''];
  if (!match || unit === undefined) throw fail(`invalid value for size: invalid size: '${text}'`);
  return Math.floor(Number(match[1]) * unit);
}

/** Fields may stand in double quotes, as in CSV. */
function splitCsv(text: string): string[] {
  return [...text.matchAll(/(?:^|,)((?:"(?:[^"]|"")*"|[^,])*)/g)].map((match) =>
    (match[1] ?? '').replace(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"')),
  );
}
