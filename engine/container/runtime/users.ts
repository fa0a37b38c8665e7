import type { Directory } from '../../files/node.ts';
import { ContainerError } from '../errors.ts';
import { readTextFile } from '../tree.ts';

/** Who a process runs as. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  /** Home directory from the user database, `/` if the user is not in it. */
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));

const parsePasswd = (text: string): PasswdEntry[] =>
  rows(text).map((row) => ({
    name: row[0] ?? '',
    uid: Number(row[2] || Number.NaN),
    gid: Number(row[3] || Number.NaN),
    home: row[5] ?? '',
  }));

const parseGroup = (text: string): GroupEntry[] =>
  rows(text).map((row) => ({
    name: row[0] ?? '',
    gid: Number(row[2] || Number.NaN),
    members: (row[3] ?? '').split(',').filter((member) => member !== ''),
  }));

const numeric = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

/**
 * Resolves `user[:group]` (names or numbers; empty is root) against the image's `/etc/passwd` and `/etc/group`, as
 * moby's user package does. `groupAdd` are `--group-add`'s. Throws ContainerError in dockerd's words.
 */
export function resolveUser(spec: string, root: Directory, groupAdd: readonly string[] = []): ResolvedUser {
  const passwd = parsePasswd(readTextFile(root, '/etc/passwd') ?? '');
  const groups = parseGroup(readTextFile(root, '/etc/group') ?? '');
  const [userPart = '', groupPart = ''] = spec.split(':');

  const userNumber = userPart === '' ? 0 : numeric(userPart);
  const entry = passwd.find((candidate) => candidate.name === userPart || candidate.uid === userNumber);
  if (!entry && userNumber === undefined) {
    throw new ContainerError('system', `unable to find user ${userPart}: no matching entries in passwd file`);
  }
  const uid = entry?.uid ?? userNumber ?? 0;

  let gid = entry?.gid ?? 0;
  let additional: number[] = [];
  if (groupPart !== '') gid = resolveGroup(groupPart, groups);
  else if (entry) {
    additional = groups.filter((group) => group.members.includes(entry.name)).map((group) => group.gid);
  }
  for (const group of groupAdd) additional.push(resolveGroup(group, groups));
  return { uid, gid, additionalGids: [...new Set(additional)], home: entry?.home || '/' };
}

function resolveGroup(text: string, groups: readonly GroupEntry[]): number {
  const number = numeric(text);
  const entry = groups.find((group) => group.name === text || group.gid === number);
  const gid = entry?.gid ?? number;
  if (gid === undefined) {
    throw new ContainerError('system', `unable to find group ${text}: no matching entries in group file`);
  }
  return gid;
}
