/**
 * Frames of the link between host and guest. Layout of a head, little-endian, 12 bytes:
 *
 *     u16 payload length | u8 type | u8 flags | u32 stream | u32 frames received so far
 *
 * The same as `struct frame` in engine/guest/init/init.h.
 */
export const headBytes = 12;

export const frameType = { control: 1, data: 2, credit: 3, end: 4, ack: 5, cancel: 6 } as const;
export type FrameType = (typeof frameType)[keyof typeof frameType];

/** Flag: the control message goes on in the next control frame. */
export const flagMore = 1;

/** Streams of a session: `session * 4 + one of these`. */
export const streamNumber = { stdin: 0, stdout: 1, stderr: 2 } as const;

/**
 * The most that the host puts into one frame: a frame must fit one receive buffer of the guest's virtio-console driver,
 * which is a page, since the emulated device hands over one buffer for each message and cuts off what does not fit.
 */
export const hostPayloadBytes = 4096 - headBytes;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** How many frames the sender had received when it sent this, modulo 2^32. */
  readonly received: number;
  /** Valid only until the next frame is read; copy to keep. */
  readonly payload: Uint8Array;
}

export function encodeFrame(type: FrameType, stream: number, payload: Uint8Array, received = 0, flags = 0): Uint8Array {
  const bytes = new Uint8Array(headBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, payload.length, true);
  bytes[2] = type;
  bytes[3] = flags;
  view.setUint32(4, stream, true);
  view.setUint32(8, received, true);
  bytes.set(payload, headBytes);
  return bytes;
}

/** Finds frames in a byte stream that comes in pieces of any size. */
export class FrameReader {
  #kept: Uint8Array = new Uint8Array(0);

  /** Every frame completed by these bytes. */
  *read(bytes: Uint8Array): Generator<Frame> {
    let buffer = bytes;
    if (this.#kept.length > 0) {
      buffer = new Uint8Array(this.#kept.length + bytes.length);
      buffer.set(this.#kept);
      buffer.set(bytes, this.#kept.length);
    }
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let at = 0;
    while (buffer.length - at >= headBytes) {
      const end = at + headBytes + view.getUint16(at, true);
      if (end > buffer.length) break;
      yield {
        type: view.getUint8(at + 2),
        flags: view.getUint8(at + 3),
        stream: view.getUint32(at + 4, true),
        received: view.getUint32(at + 8, true),
        payload: buffer.subarray(at + headBytes, end),
      };
      at = end;
    }
    this.#kept = buffer.slice(at);
  }
}
