import { FileSystemError } from '../../../files/file-system-error.ts';
import type { NewInode } from '../../../files/inode.ts';
import { fileTypeBits, removeDirectory } from '../protocol.ts';
import type { Handler } from '../session.ts';

/** size[4] Tmkdir tag[2] dfid[4] name[s] mode[4] gid[4] */
export const mkdir: Handler = (session, request, reply) => {
  const { node, uid } = session.fids.get(request.u32());
  const name = request.text();
  const mode = request.u32();
  const gid = request.u32();
  reply.qid(node.create(name, { kind: 'directory' }, mode & 0o7777, { uid, gid }).qid());
};

/** size[4] Tsymlink tag[2] dfid[4] name[s] symtgt[s] gid[4] */
export const symlink: Handler = (session, request, reply) => {
  const { node, uid } = session.fids.get(request.u32());
  const name = request.text();
  const target = request.text();
  const gid = request.u32();
  reply.qid(node.create(name, { kind: 'symlink', target }, 0o777, { uid, gid }).qid());
};

function kindOf(mode: number, major: number, minor: number): NewInode {
  switch (mode & fileTypeBits.mask) {
    case 0:
    case fileTypeBits.file:
      return { kind: 'file' };
    case fileTypeBits.fifo:
      return { kind: 'fifo' };
    case fileTypeBits.socket:
      return { kind: 'socket' };
    case fileTypeBits['character-device']:
      return { kind: 'character-device', major, minor };
    case fileTypeBits['block-device']:
      return { kind: 'block-device', major, minor };
    default:
      throw new FileSystemError('EINVAL');
  }
}

/** size[4] Tmknod tag[2] dfid[4] name[s] mode[4] major[4] minor[4] gid[4] */
export const mknod: Handler = (session, request, reply) => {
  const { node, uid } = session.fids.get(request.u32());
  const name = request.text();
  const mode = request.u32();
  const what = kindOf(mode, request.u32(), request.u32());
  const gid = request.u32();
  reply.qid(node.create(name, what, mode & 0o7777, { uid, gid }).qid());
};

/** size[4] Tlink tag[2] dfid[4] fid[4] name[s] */
export const link: Handler = (session, request) => {
  const directory = session.fids.get(request.u32());
  const target = session.fids.get(request.u32());
  directory.node.link(request.text(), target.node);
};

/** size[4] Trename tag[2] fid[4] dfid[4] name[s] */
export const rename: Handler = (session, request) => {
  const fid = session.fids.get(request.u32());
  const to = session.fids.get(request.u32());
  const toName = request.text();
  const { directory, name } = fid.node.place();
  directory.rename(name, to.node, toName);
};

/** size[4] Trenameat tag[2] olddirfid[4] oldname[s] newdirfid[4] newname[s] */
export const renameat: Handler = (session, request) => {
  const from = session.fids.get(request.u32());
  const fromName = request.text();
  const to = session.fids.get(request.u32());
  from.node.rename(fromName, to.node, request.text());
};

/** size[4] Tunlinkat tag[2] dirfd[4] name[s] flags[4] */
export const unlinkat: Handler = (session, request) => {
  const { node } = session.fids.get(request.u32());
  const name = request.text();
  node.unlink(name, (request.u32() & removeDirectory) !== 0);
};

/** size[4] Tremove tag[2] fid[4]: removes the file and, even on an error, the fid. */
export const remove: Handler = (session, request) => {
  const number = request.u32();
  const { node } = session.fids.get(number);
  try {
    const { directory, name } = node.place();
    directory.unlink(name, node.isDirectory);
  } finally {
    session.fids.delete(number);
  }
};
