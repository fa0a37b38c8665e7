import { createHash } from 'node:crypto';
import { type ControlFields, formatControl } from './control.ts';
import type { RootBuilder } from './root-builder.ts';
import { textOf, type UnpackedPackage } from './unpack.ts';

const FOLDER = 'var/lib/dpkg';

/**
 * Writes /var/lib/dpkg as dpkg leaves it when these packages are installed and configured.
 * @param own those whose files the root has
 * @param below those that the image below has; dpkg's list names them too
 */
export function writeDpkgDatabase(
  root: RootBuilder,
  own: readonly UnpackedPackage[],
  below: readonly UnpackedPackage[],
): void {
  const all = [...below, ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
  root.file(`${FOLDER}/status`, all.map((each) => `${formatControl(statusFields(each))}\n`).join(''));
  for (const each of own) writeInfo(root, each);
  writeTriggers(root, own, all);
  if (below.length > 0) return;
  root.file(`${FOLDER}/info/format`, '1\n').file(`${FOLDER}/available`, '').file(`${FOLDER}/diversions`, '');
  root.file(`${FOLDER}/statoverride`, '').file(`${FOLDER}/triggers/Lock`, '').file(`${FOLDER}/triggers/Unincorp`, '');
  root.directory(`${FOLDER}/updates`).directory(`${FOLDER}/parts`).directory(`${FOLDER}/alternatives`);
}

/** A package's paragraph of the status file. */
function statusFields(from: UnpackedPackage): ControlFields {
  const fields = new Map<string, string>();
  const conffiles = conffilesOf(from)
    .map(({ path, md5 }) => `\n ${path} ${md5}`)
    .join('');
  for (const [name, value] of from.fields) {
    if (name === 'Description' && conffiles !== '') fields.set('Conffiles', conffiles);
    fields.set(name, value);
    if (name === 'Package') fields.set('Status', 'install ok installed');
  }
  return fields;
}

function conffilesOf({ members, entries }: UnpackedPackage): readonly { path: string; md5: string }[] {
  const list = members.get('conffiles');
  if (!list) return [];
  return textOf(list)
    .split('\n')
    .filter((line) => line.startsWith('/'))
    .map((path) => {
      const entry = entries.find(({ name }) => name === `.${path}`);
      if (!entry) throw new Error(`the conffile ${path} is not in its package`);
      return { path, md5: createHash('md5').update(entry.data).digest('hex') };
    });
}

/** The list of a package's files, and its control members under its name. */
function writeInfo(root: RootBuilder, { name, fields, members, entries }: UnpackedPackage): void {
  const key = fields.get('Multi-Arch') === 'same' ? `${name}:${fields.get('Architecture')}` : name;
  const paths = entries.map((entry) => (entry.name === './' ? '/.' : entry.name.replace(/^\.|\/$/g, '')));
  root.file(`${FOLDER}/info/${key}.list`, `${paths.join('\n')}\n`);
  for (const [member, { mode, data }] of members) root.file(`${FOLDER}/info/${key}.${member}`, data, { mode });
}

/** Who waits for which trigger (deb-triggers(5), and dpkg's doc/triggers.txt, "Internal specifications"). */
function writeTriggers(root: RootBuilder, own: readonly UnpackedPackage[], all: readonly UnpackedPackage[]): void {
  if (!own.some(({ members }) => members.has('triggers'))) return;
  const files: string[] = [];
  const explicit = new Map<string, string[]>();
  for (const { name, members } of all) {
    const triggers = members.get('triggers');
    for (const line of triggers ? textOf(triggers).split('\n') : []) {
      const [, waiting, trigger] = /^interest(-await|-noawait)?\s+(\S+)/.exec(line) ?? [];
      if (!trigger) continue;
      const who = waiting === '-noawait' ? `${name}/noawait` : name;
      if (trigger.startsWith('/')) files.push(`${trigger} ${who}`);
      else explicit.set(trigger, [...(explicit.get(trigger) ?? []), who]);
    }
  }
  root.file(`${FOLDER}/triggers/File`, files.map((line) => `${line}\n`).join(''));
  for (const [trigger, names] of explicit) root.file(`${FOLDER}/triggers/${trigger}`, `${names.join('\n')}\n`);
}
