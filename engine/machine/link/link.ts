import {
  encodeFrame,
  type Frame,
  FrameReader,
  type FrameType,
  flagMore,
  frameType,
  hostPayloadBytes,
} from './frame.ts';

export interface LinkHandlers {
  /** A whole control message: the text of a JSON document. */
  control(message: string): void;
  /** Any other frame but acknowledgements. */
  frame(frame: Frame): void;
}

/**
 * Frames sent but not yet acknowledged. The device has 16 receive buffers and drops a message when none is free; init
 * acknowledges after three frames at the latest.
 */
const framesUnderWay = 12;

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** The host's end of the framed link: puts messages into frames and holds frames back until the guest has room. */
export class Link {
  readonly #transmit: (bytes: Uint8Array) => void;
  readonly #handlers: LinkHandlers;
  readonly #reader = new FrameReader();
  readonly #waiting: { type: FrameType; stream: number; payload: Uint8Array; flags: number }[] = [];
  #sent = 0;
  #acknowledged = 0;
  #received = 0;
  #decoder = new TextDecoder();
  #message = '';

  /** @param transmit hands one message of at most 4096 bytes to the device */
  constructor(transmit: (bytes: Uint8Array) => void, handlers: LinkHandlers) {
    this.#transmit = transmit;
    this.#handlers = handlers;
  }

  /** How many frames have come from the guest: whether it is alive. */
  get received(): number {
    return this.#received;
  }

  control(message: unknown): void {
    this.#pieces(frameType.control, 0, encoder.encode(JSON.stringify(message)), flagMore);
  }

  /** Sends bytes on a stream. Flow control of streams is the caller's. The bytes are kept until they are sent. */
  data(stream: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pieces(frameType.data, stream, bytes, 0);
  }

  credit(stream: number, bytes: number): void {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, bytes, true);
    this.#send(frameType.credit, stream, payload, 0);
  }

  end(stream: number): void {
    this.#send(frameType.end, stream, nothing, 0);
  }

  cancel(stream: number): void {
    this.#send(frameType.cancel, stream, nothing, 0);
  }

  /** Takes what the guest wrote. */
  receive(bytes: Uint8Array): void {
    for (const frame of this.#reader.read(bytes)) {
      this.#received++;
      this.#acknowledged = frame.received;
      if (frame.type === frameType.control) this.#controlPiece(frame);
      else if (frame.type !== frameType.ack) this.#handlers.frame(frame);
    }
    this.#flush();
  }

  #controlPiece(frame: Frame): void {
    const more = (frame.flags & flagMore) !== 0;
    this.#message += this.#decoder.decode(frame.payload, { stream: more });
    if (more) return;
    const message = this.#message;
    this.#message = '';
    this.#handlers.control(message);
  }

  #pieces(type: FrameType, stream: number, bytes: Uint8Array, moreFlag: number): void {
    for (let at = 0; at < bytes.length; at += hostPayloadBytes) {
      const last = at + hostPayloadBytes >= bytes.length;
      this.#send(type, stream, bytes.subarray(at, at + hostPayloadBytes), last ? 0 : moreFlag);
    }
  }

  #send(type: FrameType, stream: number, payload: Uint8Array, flags: number): void {
    this.#waiting.push({ type, stream, payload, flags });
    this.#flush();
  }

  #flush(): void {
    let next = 0;
    while (next < this.#waiting.length && (this.#sent - this.#acknowledged) >>> 0 < framesUnderWay) {
      const frame = this.#waiting[next++];
      if (frame === undefined) break;
      this.#sent = (this.#sent + 1) >>> 0;
      this.#transmit(encodeFrame(frame.type, frame.stream, frame.payload, this.#received, frame.flags));
    }
    if (next > 0) this.#waiting.splice(0, next);
  }
}
