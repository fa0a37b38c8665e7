import type { Directory } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { BuildError } from './errors.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds `user`, `uid`, `user:group` and so on in a root's /etc/passwd and /etc/group. A user known by name brings the
 * primary group; a bare number is the group's number too (Dockerfile reference, "COPY --chown").
 * @throws BuildError `invalid` for a name that is not there
 */
export function findOwner(root: Directory, text: string): Owner {
  const [user = '', group] = text.split(':', 2);
  const passwd = records(root, '/etc/passwd');
  const entry = passwd.find(([name]) => name === user && user !== '');
  // `:group` leaves the user to be root.
  const uid = user === '' ? 0 : isNumber(user) ? Number(user) : entry && Number(entry[2]);
  if (uid === undefined) {
    throw new BuildError('invalid', `unable to find user ${user}: no matching entries in passwd file`);
  }
  if (group === undefined || group === '') {
    return { uid, gid: entry && !isNumber(user) ? Number(entry[3]) : uid };
  }
  if (isNumber(group)) return { uid, gid: Number(group) };
  const found = records(root, '/etc/group').find(([name]) => name === group);
  if (!found) throw new BuildError('invalid', `unable to find group ${group}: no matching entries in group file`);
  return { uid, gid: Number(found[2]) };
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function records(root: Directory, path: string): string[][] {
  const node = lookup(root, path);
  if (node?.kind !== 'file') return [];
  return new TextDecoder()
    .decode(node.data)
    .split('\n')
    .map((line) => line.split(':'));
}
