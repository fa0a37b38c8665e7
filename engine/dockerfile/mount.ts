import { DockerfileError } from './error.ts';
import type { Word } from './range.ts';
import { suggest } from './suggest.ts';

export const MOUNT_TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
export type MountType = (typeof MOUNT_TYPES)[number];

/** `RUN --mount=...` after expansion (Dockerfile reference, "RUN --mount"). */
export interface Mount {
  readonly type: MountType;
  /** Undefined means the working directory, or for secrets and ssh a place of their own. */
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
  rw: 'readwrite',
};
const KEYS = [
  'type',
  'from',
  'source',
  'target',
  'readonly',
  'readwrite',
  'id',
  'sharing',
  'required',
  'size',
  'mode',
  'uid',
  'gid',
  'env',
] as const;
const SHARING = ['shared', 'private', 'locked'] as const;
/** Keys that some types of mounts do not have. */
const ONLY_FOR: Readonly<Record<string, readonly MountType[]>> = {
  required: ['secret', 'ssh'],
  size: ['tmpfs'],
  env: ['secret'],
  mode: ['secret', 'ssh', 'cache'],
  uid: ['secret', 'ssh', 'cache'],
  gid: ['secret', 'ssh', 'cache'],
};
/** As Go's `strconv.ParseBool` takes them. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

type Fail = (message: string, suggestion?: string) => DockerfileError;

/**
 * Checks a mount as it stands in the Dockerfile. What variables come to can only be looked at when the step is reached.
 * @throws DockerfileError `flag-value`
 */
export function checkMount(spec: MountSpec): void {
  mountSource(spec);
  if (!spec.text.value.includes('$')) parseMount(spec);
}

/**
 * What a mount's `from` names, which must be known before any variable is.
 * @throws DockerfileError `flag-value`
 */
export function mountSource({ text: { value, range } }: MountSpec): string | undefined {
  const from = splitCsv(value)
    .findLast((field) => /^from=/i.test(field))
    ?.slice('from='.length);
  if (from !== undefined && /\$./.test(from)) {
    const message = "'from' doesn't support variable expansion, define alias stage instead";
    throw new DockerfileError('flag-value', message, range);
  }
  return from === '' ? undefined : from;
}

/**
 * Reads a mount's comma-separated options.
 * @param expand puts variables in
 * @throws DockerfileError `flag-value`
 */
export function parseMount(spec: MountSpec, expand: (text: string) => string = (text) => text): Mount {
  const { value: text, range } = spec.text;
  const fail: Fail = (message, suggestion) => new DockerfileError('flag-value', message, range, suggestion);
  const options = readOptions(text, expand, fail);
  const type = typeOf(options, fail);
  for (const [key, types] of Object.entries(ONLY_FOR)) {
    if (!options.has(key) || types.includes(type)) continue;
    const permission = key === 'mode' || key === 'uid' || key === 'gid';
    throw fail(
      permission
        ? `${key} not allowed for ${JSON.stringify(type)} type mounts`
        : `unexpected key '${key}' for mount type '${type}'`,
    );
  }
  const sharing = sharingOf(options, type, fail);
  const boolean = (key: string): boolean | undefined => {
    const value = options.get(key);
    if (value === undefined) return undefined;
    if (!BOOLEANS.has(value)) throw fail(`invalid value for ${key}: ${value}`);
    return BOOLEANS.get(value);
  };
  const number = (key: string, radix: 8 | 10) => {
    const value = options.get(key);
    if (value === undefined) return undefined;
    if (!(radix === 8 ? /^[0-7]+$/ : /^\d+$/).test(value)) throw fail(`invalid value ${value} for ${key}`);
    return Number.parseInt(value, radix);
  };
  const [target, source, id, from] = ['target', 'source', 'id', 'from'].map((key) => options.get(key) || undefined);
  if (type === 'secret') {
    if (from !== undefined) throw fail('secret mount should not have a from');
    if (source === undefined && target === undefined && id === undefined) {
      throw fail('invalid secret mount. one of source, target required');
    }
    if (source !== undefined && id !== undefined) throw fail("both source and id can't be set");
  }
  const readonly = boolean('readonly');
  const writable = boolean('readwrite') ?? (readonly === undefined ? type === 'cache' || type === 'tmpfs' : !readonly);
  return {
    type,
    target,
    source,
    from,
    readonly: !writable,
    id: id ?? (type === 'secret' ? source : undefined),
    sharing,
    required: boolean('required') ?? false,
    env: options.get('env'),
    mode: number('mode', 8),
    uid: number('uid', 10),
    gid: number('gid', 10),
    size: parseSize(options.get('size'), fail),
  };
}

function readOptions(text: string, expand: (text: string) => string, fail: Fail): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const field of splitCsv(text)) {
    const equals = field.indexOf('=');
    const written = field.slice(0, equals < 0 ? undefined : equals).toLowerCase();
    const key = ALIASES[written] ?? written;
    if (!KEYS.some((known) => known === key)) {
      const all = [...KEYS, ...Object.keys(ALIASES)];
      throw fail(`unexpected key '${written}' in '${field}'`, suggest(written, all));
    }
    if (equals < 0 && !['readonly', 'readwrite', 'required'].includes(key)) {
      throw fail(`invalid field '${field}' must be a key=value pair`);
    }
    options.set(key, equals < 0 ? 'true' : expand(field.slice(equals + 1)));
  }
  return options;
}

function typeOf(options: ReadonlyMap<string, string>, fail: Fail): MountType {
  const written = options.get('type') ?? 'bind';
  const type = MOUNT_TYPES.find((known) => known === written.toLowerCase());
  if (type) return type;
  throw fail(`unsupported mount type ${JSON.stringify(written)}`, suggest(written, MOUNT_TYPES));
}

function sharingOf(options: ReadonlyMap<string, string>, type: MountType, fail: Fail): Mount['sharing'] {
  const written = options.get('sharing');
  if (written === undefined) return 'shared';
  const sharing = SHARING.find((known) => known === written.toLowerCase());
  if (!sharing) throw fail(`unsupported sharing value ${JSON.stringify(written)}`, suggest(written, SHARING));
  if (type === 'secret') throw fail('secret mount should not define sharing');
  if (type !== 'cache') throw fail(`invalid cache sharing set for ${type} mount`);
  return sharing;
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
