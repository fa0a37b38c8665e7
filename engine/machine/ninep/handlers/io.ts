import { FileSystemError } from '../../../files/file-system-error.ts';
import type { OpenState } from '../fid-table.ts';
import { openFlag, readHeaderBytes } from '../protocol.ts';
import type { ListedNode, ServedNode } from '../served-node.ts';
import type { Handler, Session } from '../session.ts';
import type { MessageWriter } from '../writer.ts';

function openState(flags: number): OpenState {
  const mode = flags & openFlag.accessMode;
  return {
    reads: mode !== openFlag.writeOnly,
    writes: mode === openFlag.writeOnly || mode === openFlag.readWrite,
    appends: (flags & openFlag.append) !== 0,
  };
}

function openNode(node: ServedNode, flags: number): OpenState {
  const state = openState(flags);
  const truncates = (flags & openFlag.truncate) !== 0;
  if (state.writes || truncates) node.checkWritable();
  if (truncates) node.setAttributes({ size: 0 });
  return state;
}

/** size[4] Tlopen tag[2] fid[4] flags[4] */
export const lopen: Handler = (session, request, reply) => {
  const number = request.u32();
  const flags = request.u32();
  const fid = session.fids.get(number);
  if (fid.open || fid.xattr) throw new FileSystemError('EINVAL');
  session.fids.set(number, { ...fid, open: openNode(fid.node, flags) });
  reply.qid(fid.node.qid());
  // iounit 0: as much as a message holds.
  reply.u32(0);
};

const exclusive = 0o200;

/** size[4] Tlcreate tag[2] fid[4] name[s] flags[4] mode[4] gid[4]: the fid becomes the new, open file. */
export const lcreate: Handler = (session, request, reply) => {
  const number = request.u32();
  const name = request.text();
  const flags = request.u32();
  const mode = request.u32();
  const gid = request.u32();
  const fid = session.fids.get(number);
  if (fid.open || fid.xattr) throw new FileSystemError('EINVAL');
  const existing = flags & exclusive ? undefined : existingFile(fid.node, name);
  const node = existing ?? fid.node.create(name, { kind: 'file' }, mode, { uid: fid.uid, gid });
  // A new file may be written by whoever made it, so only one that was there is asked.
  const open = existing ? openNode(existing, flags) : openState(flags);
  session.fids.set(number, { node, uid: fid.uid, open });
  reply.qid(node.qid());
  reply.u32(0);
};

/** What open(2) without O_EXCL opens instead of making: made by the other side since the client last looked. */
function existingFile(directory: ServedNode, name: string): ServedNode | undefined {
  try {
    return name === '.' || name === '..' ? undefined : directory.walk(name);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const payload = (session: Session, count: number): number => Math.min(count, session.messageSize - readHeaderBytes);

/** size[4] Tread tag[2] fid[4] offset[8] count[4]. The one copy of the data is the one into the reply. */
export const read: Handler = (session, request, reply) => {
  const fid = session.fids.get(request.u32());
  const offset = request.u64();
  const count = payload(session, request.u32());
  let bytes: Uint8Array;
  if (fid.xattr?.kind === 'read') bytes = fid.xattr.value.subarray(offset, offset + count);
  else if (fid.open?.reads) bytes = fid.node.read(offset, count);
  else throw new FileSystemError('EBADF');
  reply.u32(bytes.length);
  reply.bytes(bytes);
};

/** size[4] Twrite tag[2] fid[4] offset[8] count[4] data[count] */
export const write: Handler = (session, request, reply) => {
  const fid = session.fids.get(request.u32());
  const offset = request.u64();
  const count = request.u32();
  const bytes = request.bytes(count);
  if (fid.xattr?.kind === 'write') {
    if (offset + count > fid.xattr.value.length) throw new FileSystemError('ENOSPC');
    fid.xattr.value.set(bytes, offset);
  } else if (fid.open?.writes) fid.node.write(offset, bytes, fid.open.appends);
  else throw new FileSystemError('EBADF');
  reply.u32(count);
};

/** size[4] Tfsync tag[2] fid[4] datasync[4]: what is written is in memory already. Older clients leave `datasync` out. */
export const fsync: Handler = (session, request) => {
  session.fids.get(request.u32());
};

/** Offsets of `.` and `..`; those of other entries come after. */
const dotEntries = 2;

function* entriesFrom(node: ServedNode, offset: number): Generator<ListedNode> {
  const type = 0o4;
  if (offset < 1) yield { name: '.', qid: node.qid(), type, offset: 1 };
  if (offset < dotEntries) yield { name: '..', qid: node.walk('..').qid(), type, offset: dotEntries };
  for (const entry of node.list(Math.max(0, offset - dotEntries))) {
    yield { ...entry, offset: entry.offset + dotEntries };
  }
}

function writeEntry(reply: MessageWriter, { name, qid, type, offset }: ListedNode): void {
  reply.qid(qid);
  reply.u64(offset);
  reply.u8(type);
  reply.text(name);
}

/** size[4] Treaddir tag[2] fid[4] offset[8] count[4]; entries are qid[13] offset[8] type[1] name[s], whole ones only */
export const readdir: Handler = (session, request, reply) => {
  const fid = session.fids.get(request.u32());
  const offset = request.u64();
  const count = payload(session, request.u32());
  if (!fid.open?.reads) throw new FileSystemError('EBADF');
  if (!fid.node.isDirectory) throw new FileSystemError('ENOTDIR');
  const countAt = reply.length;
  reply.u32(0);
  const start = reply.length;
  for (const entry of entriesFrom(fid.node, offset)) {
    const before = reply.length;
    writeEntry(reply, entry);
    if (reply.length - start > count) {
      // An empty answer would mean the end of the directory.
      if (before === start) throw new FileSystemError('EINVAL');
      reply.rewind(before);
      break;
    }
  }
  reply.setU32(countAt, reply.length - start);
};
