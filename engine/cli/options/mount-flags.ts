import type { Mount } from '../../api/types.ts';
import type { Session } from '../command.ts';
import { FlagValueError, parseBytes } from '../flags/values.ts';

/** `-v`: binds and named volumes on one side, anonymous volumes on the other. Relative host paths become absolute. */
export function volumeFlags(
  session: Session,
  entries: readonly string[],
): { readonly binds: readonly string[]; readonly volumes: Readonly<Record<string, Readonly<Record<string, never>>>> } {
  const binds: string[] = [];
  const volumes: Record<string, Record<string, never>> = {};
  for (const entry of entries) {
    const [source = '', ...rest] = entry.split(':');
    if (rest.length === 0) volumes[source] = {};
    else if (/^\.{1,2}(\/|$)/.test(source)) binds.push([session.resolve(source), ...rest].join(':'));
    else binds.push(entry);
  }
  return { binds, volumes };
}

/** `--tmpfs /run:size=64m` */
export function tmpfsFlags(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const colon = entry.indexOf(':');
      return colon < 0 ? [entry, ''] : [entry.slice(0, colon), entry.slice(colon + 1)];
    }),
  );
}

/** `--mount type=volume,source=data,target=/data`. Throws FlagValueError in Docker's words. */
export function mountFlag(resolve: (path: string) => string, entry: string): Mount {
  const fail = (message: string): never => {
    throw new FlagValueError(message);
  };
  const fields = entry.split(',').map((field) => {
    const equals = field.indexOf('=');
    return {
      key: (equals < 0 ? field : field.slice(0, equals)).toLowerCase().trim(),
      value: equals < 0 ? undefined : field.slice(equals + 1),
      field,
    };
  });
  const type = fields.find(({ key }) => key === 'type')?.value?.toLowerCase() ?? 'volume';
  const mount: { -readonly [Key in keyof Mount]: Mount[Key] } = { Type: type as Mount['Type'], Target: '' };
  const bool = (value: string | undefined, key: string): boolean => {
    if (value === undefined || /^(1|true)$/i.test(value)) return true;
    return /^(0|false)$/i.test(value) ? false : fail(`invalid value for ${key}: ${value}`);
  };
  for (const { key, value, field } of fields) {
    if (value === undefined && !['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive'].includes(key)) {
      fail(`invalid field '${field}' must be a key=value pair`);
    }
    const text = value ?? '';
    switch (key) {
      case 'type':
        break;
      case 'source':
      case 'src':
        mount.Source = type === 'bind' && /^\.{1,2}(\/|$)/.test(text) ? resolve(text) : text;
        break;
      case 'target':
      case 'dst':
      case 'destination':
        mount.Target = text;
        break;
      case 'readonly':
      case 'ro':
        mount.ReadOnly = bool(value, key);
        break;
      case 'consistency':
        mount.Consistency = text.toLowerCase();
        break;
      case 'bind-propagation':
        mount.BindOptions = { ...mount.BindOptions, Propagation: text.toLowerCase() };
        break;
      case 'bind-nonrecursive':
        mount.BindOptions = { ...mount.BindOptions, NonRecursive: bool(value, key) };
        break;
      case 'volume-nocopy':
        mount.VolumeOptions = { ...mount.VolumeOptions, NoCopy: bool(value, key) };
        break;
      case 'volume-subpath':
        mount.VolumeOptions = { ...mount.VolumeOptions, Subpath: text };
        break;
      case 'volume-driver':
        mount.VolumeOptions = {
          ...mount.VolumeOptions,
          DriverConfig: { ...mount.VolumeOptions?.DriverConfig, Name: text },
        };
        break;
      case 'image-subpath':
        mount.ImageOptions = { Subpath: text };
        break;
      case 'tmpfs-size':
        mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: size(key, text) };
        break;
      case 'tmpfs-mode':
        if (!/^[0-7]+$/.test(text)) fail(`invalid value for ${key}: ${text}`);
        mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: Number.parseInt(text, 8) };
        break;
      default:
        fail(`unexpected key '${key}' in '${field}'`);
    }
  }
  if (mount.Target === '') fail('target is required');
  return mount;
}

function size(key: string, text: string): number {
  try {
    return parseBytes(text);
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error;
    throw new FlagValueError(`invalid value for ${key}: ${text}`);
  }
}
