/**
 * Fields of the Engine API that are Go maps; every other object is a struct there. It shows when one is printed whole:
 * `map[a:b]` or `{a b}`.
 */
const MAPS = new Set([
  'Annotations',
  'Attributes',
  'BuildCache',
  'Config.Config',
  'Containers',
  'Data',
  'Details',
  'DriverOpts',
  'ExposedPorts',
  'IndexConfigs',
  'Labels',
  'LogConfig.Config',
  'Networks',
  'Options',
  'PortBindings',
  'Ports',
  'Runtimes',
  'StorageOpt',
  'Sysctls',
  'Tmpfs',
  'Volumes',
]);

/** A value as Go's fmt prints it (`%v`). `path` is how the template got at it, which tells maps from structs. */
export function printValue(value: unknown, path: readonly string[] = []): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item)).join(' ')}]`;
  if (typeof value === 'object') return printObject(value, path);
  return String(value);
}

function printObject(value: object, path: readonly string[]): string {
  if (isMap(path)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${printValue(item)}`).join(' ')}]`;
  }
  return `{${Object.entries(value)
    .map(([key, item]) => printField(key, item, path))
    .join(' ')}}`;
}

/** Nil slices and maps, which JSON writes as null, print as empty ones. */
function printField(key: string, value: unknown, path: readonly string[]): string {
  const below = [...path, key];
  if (value === null) return isMap(below) ? 'map[]' : '[]';
  return printValue(value, below);
}

export function isMap(path: readonly string[]): boolean {
  return MAPS.has(path.at(-1) ?? '') || MAPS.has(path.slice(-2).join('.'));
}
