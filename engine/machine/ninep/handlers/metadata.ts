import type { Attributes } from '../../../files/inode-store.ts';
import { basicStatistics, setAttribute } from '../protocol.ts';
import type { Handler } from '../session.ts';

const blockSize = 4096;
/** V9FS_MAGIC of linux/magic.h: what `stat -f` calls v9fs. */
const fileSystemType = 0x01021997;
const maximumName = 255;
const never = { seconds: 0, nanoseconds: 0 };

/** Linux's new_encode_dev. */
const encodeDevice = (major: number, minor: number): number =>
  ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;

/** size[4] Tgetattr tag[2] fid[4] request_mask[8] */
export const getattr: Handler = (session, request, reply) => {
  const fid = session.fids.get(request.u32());
  request.u64();
  const { qid, mode, uid, gid, nlink, major, minor, size, allocated, atime, mtime, ctime } = fid.node.attributes();
  reply.u64(basicStatistics);
  reply.qid(qid);
  reply.u32(mode);
  reply.u32(uid);
  reply.u32(gid);
  reply.u64(nlink);
  reply.u64(encodeDevice(major, minor));
  reply.u64(size);
  reply.u64(blockSize);
  // st_blocks counts 512 bytes, whatever the block size.
  reply.u64(Math.ceil(allocated / blockSize) * (blockSize / 512));
  reply.timestamp(atime);
  reply.timestamp(mtime);
  reply.timestamp(ctime);
  reply.timestamp(never);
  reply.u64(0);
  reply.u64(0);
};

/** size[4] Tsetattr tag[2] fid[4] valid[4] mode[4] uid[4] gid[4] size[8] atime[16] mtime[16] */
export const setattr: Handler = (session, request) => {
  const number = request.u32();
  const valid = request.u32();
  const mode = request.u32();
  const uid = request.u32();
  const gid = request.u32();
  const size = request.u64();
  const atime = request.timestamp();
  const mtime = request.timestamp();
  const attributes: Attributes = {
    ...(valid & setAttribute.mode && { mode: mode & 0o7777 }),
    ...(valid & setAttribute.uid && { uid }),
    ...(valid & setAttribute.gid && { gid }),
    ...(valid & setAttribute.size && { size }),
    ...(valid & setAttribute.atime && { atime: valid & setAttribute.atimeSet ? atime : 'now' }),
    ...(valid & setAttribute.mtime && { mtime: valid & setAttribute.mtimeSet ? mtime : 'now' }),
  };
  session.fids.get(number).node.setAttributes(attributes);
};

/** size[4] Tstatfs tag[2] fid[4] */
export const statfs: Handler = (session, request, reply) => {
  const capacity = session.fids.get(request.u32()).node.capacity();
  const freeBlocks = Math.floor(capacity.freeBytes / blockSize);
  reply.u32(fileSystemType);
  reply.u32(blockSize);
  reply.u64(Math.floor(capacity.bytes / blockSize));
  reply.u64(freeBlocks);
  reply.u64(freeBlocks);
  reply.u64(capacity.files);
  reply.u64(capacity.freeFiles);
  reply.u64(0);
  reply.u32(maximumName);
};

/** size[4] Treadlink tag[2] fid[4] */
export const readlink: Handler = (session, request, reply) => {
  reply.text(session.fids.get(request.u32()).node.readlink());
};
