/** A paragraph of a Debian control file, deb822(5): fields in order, values with their continuation lines as they stand. */
export type ControlFields = ReadonlyMap<string, string>;

/** @throws Error for a line that is neither a field nor a continuation */
export function parseControl(text: string): ControlFields {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (/^[ \t]/.test(line) && last !== undefined) {
      fields.set(last, `${fields.get(last)}\n${line}`);
      continue;
    }
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no line of a control file: ${line}`);
    fields.set(name, value);
    last = name;
  }
  return fields;
}

export function formatControl(fields: ControlFields): string {
  return [...fields].map(([name, value]) => `${name}:${value.startsWith('\n') ? '' : ' '}${value}\n`).join('');
}

/** The source package that a binary package was built from, and its version: `glibc 2.36-9`. Policy 5.6.1. */
export function sourceOf(fields: ControlFields): string {
  const [, name = fields.get('Package'), version = fields.get('Version')] =
    /^(\S+)(?: \((\S+)\))?$/.exec(fields.get('Source') ?? '') ?? [];
  return `${name} ${version}`;
}
