import { FileSystemError } from '../../../files/file-system-error.ts';
import { maximumWalk } from '../protocol.ts';
import type { Qid, ServedNode } from '../served-node.ts';
import type { Handler } from '../session.ts';

const version = '9P2000.L';
const maximumMessage = 1 << 20;
/** Below this not even a directory entry with a long name fits. */
const minimumMessage = 512;

/** size[4] Tversion tag[2] msize[4] version[s]: begins the session anew. */
export const versionHandler: Handler = (session, request, reply) => {
  const messageSize = request.u32();
  const wanted = request.text();
  if (messageSize < minimumMessage) throw new FileSystemError('EMSGSIZE');
  session.fids.clear();
  session.messageSize = Math.min(messageSize, maximumMessage);
  reply.u32(session.messageSize);
  reply.text(wanted === version ? version : 'unknown');
};

/** Tauth: there is nobody to prove anything to. */
export const auth: Handler = () => {
  throw new FileSystemError('EOPNOTSUPP');
};

/** size[4] Tattach tag[2] fid[4] afid[4] uname[s] aname[s] n_uname[4]: `aname` is a path below the root. */
export const attach: Handler = (session, request, reply) => {
  const number = request.u32();
  request.u32();
  request.text();
  const path = request.text();
  const uid = request.u32();
  let node = session.root;
  for (const name of path.split('/')) if (name !== '' && name !== '.') node = node.walk(name);
  // -1 is "nobody said".
  session.fids.add(number, { node, uid: uid === 0xffffffff ? 0 : uid });
  reply.qid(node.qid());
};

/** size[4] Tflush tag[2] oldtag[2]: every request has been answered before the next is looked at. */
export const flush: Handler = (_session, request) => {
  request.u16();
};

/** size[4] Twalk tag[2] fid[4] newfid[4] nwname[2] nwname*(wname[s]) */
export const walk: Handler = (session, request, reply) => {
  const from = request.u32();
  const to = request.u32();
  const count = request.u16();
  if (count > maximumWalk) throw new FileSystemError('EINVAL');
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) names.push(request.text());
  const fid = session.fids.get(from);
  if (fid.xattr) throw new FileSystemError('EBADF');
  const qids: Qid[] = [];
  let node: ServedNode = fid.node;
  for (const name of names) {
    try {
      node = name === '.' ? node : node.walk(name);
    } catch (error) {
      // A walk that fails further on tells how far it came, and makes no fid.
      if (qids.length === 0 || !(error instanceof FileSystemError)) throw error;
      break;
    }
    qids.push(node.qid());
  }
  if (qids.length === names.length) {
    const walked = { node, uid: fid.uid };
    if (from === to) session.fids.set(to, walked);
    else session.fids.add(to, walked);
  }
  reply.u16(qids.length);
  for (const qid of qids) reply.qid(qid);
};

/** size[4] Tclunk tag[2] fid[4]: also what makes an attribute that was being written. The fid is gone even on an error. */
export const clunk: Handler = (session, request) => {
  const number = request.u32();
  const { node, xattr } = session.fids.get(number);
  try {
    if (xattr?.kind === 'write') node.setXattr(xattr.name, xattr.removes ? undefined : xattr.value, xattr.must);
  } finally {
    session.fids.delete(number);
  }
};
