import { lockStatus, lockType } from '../protocol.ts';
import type { Handler } from '../session.ts';

/**
 * size[4] Tlock tag[2] fid[4] type[1] flags[4] start[8] length[8] proc_id[4] client_id[s]. Linux grants a lock among its
 * own processes before it asks; the server's part is to keep other clients out, and a server here has one client.
 */
export const lock: Handler = (session, request, reply) => {
  session.fids.get(request.u32());
  request.u8();
  request.u32();
  request.u64();
  request.u64();
  request.u32();
  request.text();
  reply.u8(lockStatus.success);
};

/** size[4] Tgetlock tag[2] fid[4] type[1] start[8] length[8] proc_id[4] client_id[s]: no other client holds a lock. */
export const getlock: Handler = (session, request, reply) => {
  session.fids.get(request.u32());
  request.u8();
  const start = request.u64();
  const length = request.u64();
  const process = request.u32();
  const client = request.text();
  reply.u8(lockType.unlock);
  reply.u64(start);
  reply.u64(length);
  reply.u32(process);
  reply.text(client);
};
