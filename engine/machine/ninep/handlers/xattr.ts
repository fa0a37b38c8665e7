import { FileSystemError } from '../../../files/file-system-error.ts';
import { textBytes } from '../../../files/text.ts';
import { xattrFlag } from '../protocol.ts';
import type { Handler } from '../session.ts';

/** size[4] Txattrwalk tag[2] fid[4] newfid[4] name[s]: the new fid reads the value or, without a name, all names. */
export const xattrwalk: Handler = (session, request, reply) => {
  const { node, uid } = session.fids.get(request.u32());
  const to = request.u32();
  const name = request.text();
  const value = name === '' ? nameList(node.xattrs()) : node.xattrs()?.get(name);
  if (value === undefined) throw new FileSystemError('ENODATA', name);
  session.fids.add(to, { node, uid, xattr: { kind: 'read', value } });
  reply.u64(value.length);
};

/** As listxattr(2) gives them: each name ends with a NUL. */
function nameList(xattrs: ReadonlyMap<string, Uint8Array> | undefined): Uint8Array {
  return textBytes([...(xattrs?.keys() ?? [])].map((name) => `${name}\0`).join(''));
}

/** size[4] Txattrcreate tag[2] fid[4] name[s] attr_size[8] flags[4]: the fid takes the value, and Tclunk sets it. */
export const xattrcreate: Handler = (session, request) => {
  const number = request.u32();
  const name = request.text();
  const size = request.u64();
  const flags = request.u32();
  const fid = session.fids.get(number);
  if (fid.open || fid.xattr) throw new FileSystemError('EINVAL');
  const must = flags & xattrFlag.create ? 'create' : flags & xattrFlag.replace ? 'replace' : undefined;
  // Checked now, because Linux tells its caller less of an error at the clunk.
  fid.node.checkXattr(name, size, must);
  const removes = size === 0 && must === 'replace';
  session.fids.set(number, { ...fid, xattr: { kind: 'write', name, value: new Uint8Array(size), must, removes } });
};
